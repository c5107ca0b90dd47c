#include <gtest/gtest.h>

#include "base/error.hpp"
#include "image/archive_test_support.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;

const std::string kOne = sha256_digest("1");
const std::string kTwo = sha256_digest("2");

std::string manifest_text(const std::string& config, const std::vector<LayerDescriptor>& layers) {
  json list = json::array();
  for (const LayerDescriptor& layer : layers) {
    list.push_back(
        {{"mediaType", layer.media_type}, {"digest", layer.digest}, {"size", layer.size}});
  }
  return json({{"schemaVersion", 2},
               {"config", {{"digest", sha256_digest(config)}, {"size", config.size()}}},
               {"layers", list}})
      .dump();
}

TarItem blob_item(const std::string& content) {
  return make_item(TarType::file, blob_name(sha256_digest(content)), content);
}

TEST(ParseManifest, GivesTheLayers) {
  const auto layers = parse_manifest(
      manifest_text("{}", {{kOne, 5, "application/vnd.docker.image.rootfs.diff.tar.gzip", ""},
                           {kTwo, 7, "application/vnd.oci.image.layer.v1.tar", ""}}));
  ASSERT_TRUE(layers);
  ASSERT_EQ(layers->size(), 2U);
  EXPECT_EQ((*layers)[0].digest, kOne);
  EXPECT_EQ((*layers)[0].size, 5U);
  EXPECT_EQ((*layers)[0].media_type, "application/vnd.oci.image.layer.v1.tar+gzip");
  EXPECT_EQ((*layers)[1].media_type, "application/vnd.oci.image.layer.v1.tar");
}

TEST(ParseManifest, GivesNothingForAnythingElse) {
  for (const char* text : {"", "[]", "{}", R"({"manifests":[]})", R"({"layers":[]})",
                           R"({"config":{},"layers":[{"digest":"x","size":1}]})",
                           R"({"config":{},"layers":[1]})", R"({"config":{},"layers":{}})"}) {
    EXPECT_FALSE(parse_manifest(text)) << text;
  }
}

std::string index_of(std::initializer_list<std::pair<std::string, json>> manifests) {
  json list = json::array();
  for (const auto& [digest, platform] : manifests) {
    json item = {{"digest", digest}, {"size", 9}};
    if (!platform.is_null()) item["platform"] = platform;
    list.push_back(item);
  }
  return json({{"manifests", list}}).dump();
}

json platform(const char* architecture, const char* variant = "", const char* os = "linux") {
  return {{"os", os}, {"architecture", architecture}, {"variant", variant}};
}

TEST(ChooseManifest, TakesThePlatformAsked) {
  const std::string index = index_of({{sha256_digest("w"), platform("amd64", "", "windows")},
                                      {kOne, platform("amd64")},
                                      {sha256_digest("6"), platform("arm", "v6")},
                                      {kTwo, platform("arm", "v7")},
                                      {sha256_digest("u"), platform("unknown", "", "unknown")}});
  EXPECT_EQ(choose_manifest(index, "amd64", "")->digest, kOne);
  EXPECT_EQ(choose_manifest(index, "amd64", "")->size, 9U);
  EXPECT_EQ(choose_manifest(index, "arm", "v7")->digest, kTwo);
  EXPECT_FALSE(choose_manifest(index, "arm", "v5"));
  EXPECT_FALSE(choose_manifest(index, "s390x", ""));
}

TEST(ChooseManifest, TakesAnotherVariantOnlyWhereOneSideNamesNone) {
  EXPECT_EQ(choose_manifest(index_of({{kOne, platform("arm64", "v8")}}), "arm64", "")->digest,
            kOne);
  EXPECT_EQ(choose_manifest(index_of({{kOne, platform("arm64")}}), "arm64", "v8")->digest, kOne);
  const std::string both = index_of({{kTwo, platform("arm64", "v8")}, {kOne, platform("arm64")}});
  EXPECT_EQ(choose_manifest(both, "arm64", "")->digest, kOne);
}

TEST(ChooseManifest, TakesTheOnlyOneWithoutAPlatform) {
  EXPECT_EQ(choose_manifest(index_of({{kOne, nullptr}}), "amd64", "")->digest, kOne);
  EXPECT_FALSE(choose_manifest(index_of({{kOne, nullptr}, {kTwo, nullptr}}), "amd64", ""));
  EXPECT_FALSE(choose_manifest(manifest_text("{}", {}), "amd64", ""));
  EXPECT_FALSE(choose_manifest("?", "amd64", ""));
}

TEST(ReadLayerDescriptors, FindsManifestAndConfigAmongTheBlobs) {
  const std::string config = config_text({kOne, kTwo});
  const std::vector<LayerDescriptor> wanted{base_layer("a"), base_layer("b")};
  std::string other = config;
  other.replace(other.find("amd64"), 5, "arm64");
  const std::vector<TarItem> items = {
      blob_item(std::string(5'000'000, 'l')),
      blob_item(manifest_text(other, {base_layer("c"), base_layer("d")})),
      blob_item(other),
      blob_item(manifest_text(config, wanted)),
      blob_item("{"),
      blob_item(config)};
  // What follows is never read: the archive may break off there.
  StringSource source(write_tar(items).substr(0, write_tar(items).size() - 1024) + "rest");
  const auto layers = read_layer_descriptors(source, "amd64", "");
  ASSERT_TRUE(layers);
  ASSERT_EQ(layers->size(), 2U);
  EXPECT_EQ((*layers)[0].digest, wanted[0].digest);
  EXPECT_EQ((*layers)[0].diff_id, kOne);
  EXPECT_EQ((*layers)[1].diff_id, kTwo);
}

TEST(ReadLayerDescriptors, GivesNothingForTheClassicForm) {
  const std::string config = config_text({kOne});
  StringSource source(write_tar({make_item(TarType::file, "1/layer.tar", "layer"),
                                 make_item(TarType::file, "1.json", config),
                                 make_item(TarType::file, "manifest.json",
                                           R"([{"Config":"1.json","Layers":["1/layer.tar"]}])")}));
  EXPECT_FALSE(read_layer_descriptors(source, "amd64", ""));
}

TEST(ReadLayerDescriptors, FailsWhereTheStreamIsCut) {
  StringSource source(write_tar({blob_item("x")}).substr(0, 700));
  EXPECT_THROW(read_layer_descriptors(source, "amd64", ""), Error);
}

}  // namespace
}  // namespace dksnap::image

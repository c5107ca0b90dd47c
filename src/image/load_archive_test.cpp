#include "image/load_archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "image/archive_test_support.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

TEST(LoadArchive, HoldsTheLayerFirstAndThenWhatNamesIt) {
  StringSource source(kContent);
  const LoadRequest request = make_request(source, kContent);
  std::string manifest_digest;
  const ReadArchive archive(*make_load_archive(request, &manifest_digest));
  const std::string config_digest = sha256_digest(request.config);

  EXPECT_THAT(archive.order,
              ElementsAre(kLayer, blob_name(config_digest), blob_name(manifest_digest),
                          "manifest.json", "index.json", "oci-layout"));
  EXPECT_EQ(archive.files.at(kLayer), kContent);
  EXPECT_EQ(archive.files.at(blob_name(config_digest)), request.config);
  EXPECT_EQ(sha256_digest(archive.files.at(blob_name(manifest_digest))), manifest_digest);
  EXPECT_EQ(archive.json("oci-layout"), json::parse(R"({"imageLayoutVersion":"1.0.0"})"));

  const json manifest = archive.json(blob_name(manifest_digest));
  EXPECT_EQ(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
  EXPECT_EQ(manifest["config"]["digest"], config_digest);
  EXPECT_EQ(manifest["config"]["size"], request.config.size());
  ASSERT_EQ(manifest["layers"].size(), 3U);
  EXPECT_EQ(manifest["layers"][0]["digest"], request.base[0].digest);
  EXPECT_EQ(manifest["layers"][0]["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip");
  EXPECT_EQ(manifest["layers"][2],
            json({{"mediaType", "application/vnd.oci.image.layer.v1.tar+zstd"},
                  {"digest", sha256_digest(kContent)},
                  {"size", kContent.size()}}));

  const json docker = archive.json("manifest.json");
  ASSERT_EQ(docker.size(), 1U);
  EXPECT_EQ(docker[0]["Config"], blob_name(config_digest));
  EXPECT_EQ(docker[0]["RepoTags"], json({"dksnap/db:seed", "localhost:5000/db:latest"}));
  EXPECT_EQ(docker[0]["Layers"],
            json({blob_name(request.base[0].digest), blob_name(request.base[1].digest), kLayer}));

  const json index = archive.json("index.json");
  ASSERT_EQ(index["manifests"].size(), 2U);
  const json& first = index["manifests"][0];
  EXPECT_EQ(first["digest"], manifest_digest);
  EXPECT_EQ(first["size"], archive.files.at(blob_name(manifest_digest)).size());
  EXPECT_EQ(first["platform"], json({{"architecture", "amd64"}, {"os", "linux"}}));
  EXPECT_EQ(first["annotations"], json({{"io.containerd.image.name", "docker.io/dksnap/db:seed"},
                                        {"org.opencontainers.image.ref.name", "seed"}}));
  EXPECT_EQ(index["manifests"][1]["annotations"]["io.containerd.image.name"],
            "localhost:5000/db:latest");
}

TEST(LoadArchive, LeavesTheOciPartOutWhereABaseLayerHasNoDigest) {
  StringSource source(kContent);
  LoadRequest request = make_request(source, kContent);
  const std::string diff_id = request.base[1].diff_id;
  request.base[1] = {};
  request.base[1].diff_id = diff_id;
  std::string manifest_digest = "?";
  const ReadArchive archive(*make_load_archive(request, &manifest_digest));
  EXPECT_EQ(manifest_digest, "");
  EXPECT_THAT(archive.order,
              ElementsAre(kLayer, blob_name(sha256_digest(request.config)), "manifest.json"));
  EXPECT_EQ(archive.json("manifest.json")[0]["Layers"],
            json({blob_name(request.base[0].digest), diff_id.substr(7) + "/layer.tar", kLayer}));
}

TEST(LoadArchive, SendsNoLayerForAConfigAlone) {
  StringSource source("");
  LoadRequest request = make_request(source, kContent);
  request.layer.reset();
  request.config = config_text({request.base[0].diff_id, request.base[1].diff_id});
  const ReadArchive archive(*make_load_archive(request));
  EXPECT_EQ(archive.order.size(), 5U);
  EXPECT_EQ(archive.json("manifest.json")[0]["Layers"].size(), 2U);
}

TEST(LoadArchive, IsTheSameForTheSameRequest) {
  const auto make = [] {
    StringSource source(kContent);
    return read_all(*make_load_archive(make_request(source, kContent)), 1 << 20);
  };
  EXPECT_EQ(make(), make());
}

TEST(LoadArchive, FailsWhereTheLayerEndsTooEarly) {
  StringSource source("short");
  const auto archive = make_load_archive(make_request(source, kContent));
  EXPECT_THROW(read_all(*archive, 1 << 20), Error);
}

TEST(LoadArchive, RefusesContradictions) {
  StringSource source(kContent);
  const auto refused = [&](const char* what, auto change) {
    LoadRequest request = make_request(source, kContent);
    change(request);
    EXPECT_THROW(make_load_archive(request), Error) << what;
  };
  refused("no config", [](LoadRequest& r) { r.config = "{}"; });
  refused("no JSON", [](LoadRequest& r) { r.config = "?"; });
  refused("other layers", [](LoadRequest& r) { r.base.pop_back(); });
  refused("no new layer", [](LoadRequest& r) { r.layer.reset(); });
  refused("other order", [](LoadRequest& r) { std::swap(r.base[0], r.base[1]); });
  refused("other platform", [](LoadRequest& r) { r.architecture = "arm64"; });
  refused("no platform", [](LoadRequest& r) { r.architecture = ""; });
  refused("other variant", [](LoadRequest& r) { r.variant = "v8"; });
  refused("no names", [](LoadRequest& r) { r.names.clear(); });
  refused("bad name", [](LoadRequest& r) { r.names = {"Upper"}; });
  refused("digest as name", [](LoadRequest& r) { r.names = {"a@" + sha256_digest("")}; });
  refused("no blob", [](LoadRequest& r) { r.layer->blob = nullptr; });
  refused("no digest", [](LoadRequest& r) { r.layer->blob_digest = "sha256:1"; });
  refused("plain, but two digests",
          [](LoadRequest& r) { r.layer->compression = Compression::none; });
  refused("no size", [](LoadRequest& r) { r.base[0].size = 0; });
  refused("no media type", [](LoadRequest& r) { r.base[0].media_type = ""; });
  refused("bad diff id", [](LoadRequest& r) {
    r.base[0].diff_id = "x";
    r.config = config_text({"x", r.base[1].diff_id, r.layer->diff_id});
  });
}

TEST(BlobRequest, NamesTheBlobAsALayerAndLeavesItOut) {
  const std::string digest = sha256_digest("a manifest");
  const ReadArchive archive(*make_blob_request(digest, 10, "dksnap/blob:1"));
  EXPECT_EQ(archive.files.count(blob_name(digest)), 0U);
  EXPECT_EQ(archive.files.count("manifest.json"), 0U);
  const json index = archive.json("index.json");
  ASSERT_EQ(index["manifests"].size(), 1U);
  EXPECT_EQ(index["manifests"][0]["annotations"]["io.containerd.image.name"],
            "docker.io/dksnap/blob:1");
  const json manifest = archive.json(blob_name(index["manifests"][0]["digest"]));
  EXPECT_EQ(manifest["layers"],
            json::array({json(
                {{"mediaType", "application/octet-stream"}, {"digest", digest}, {"size", 10}})}));
  EXPECT_EQ(archive.files.count(blob_name(manifest["config"]["digest"])), 1U);
}

}  // namespace
}  // namespace dksnap::image

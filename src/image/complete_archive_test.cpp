#include "image/complete_archive.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "image/archive_test_support.hpp"

namespace dksnap::image {
namespace {

using nlohmann::json;

const std::string kBig(5'000'001, 'b');  // too large to be kept

// The request's base as the containerd store saves it; `upper`'s blob is large.
struct Oci {
  LayerDescriptor lower = base_layer("lower");
  LayerDescriptor upper = base_layer(kBig);
  std::string config = config_text({lower.diff_id, upper.diff_id});
  std::string manifest =
      json({{"schemaVersion", 2},
            {"config", {{"digest", sha256_digest(config)}, {"size", config.size()}}},
            {"layers", json::array({descriptor(lower), descriptor(upper)})}})
          .dump();

  static json descriptor(const LayerDescriptor& layer) {
    return {{"mediaType", layer.media_type}, {"digest", layer.digest}, {"size", layer.size}};
  }
  static TarItem blob(const std::string& content) {
    return make_item(TarType::file, blob_name(sha256_digest(content)), content);
  }
  std::vector<TarItem> items() const {
    return {make_item(TarType::directory, "blobs"),
            blob("lower"),
            blob(kBig),
            blob(manifest),
            blob(config),
            make_item(TarType::file, "index.json", "{}"),
            make_item(TarType::file, "manifest.json", "[]"),
            make_item(TarType::file, "oci-layout", "{}")};
  }
};

LoadRequest request_on(StringSource& source, const std::vector<std::string>& base_diff_ids) {
  LoadRequest request = make_request(source, kContent);
  request.base.clear();
  std::vector<std::string> diff_ids = base_diff_ids;
  for (const std::string& id : base_diff_ids) request.base.push_back({{}, 0, {}, id});
  diff_ids.push_back(request.layer->diff_id);
  request.config = config_text(diff_ids);
  return request;
}

TEST(CompleteArchive, AddsTheBlobsOfAContainerdStore) {
  const Oci base;
  StringSource source(kContent);
  StringSource saved(write_tar(base.items()));
  const LoadRequest request = request_on(source, {base.lower.diff_id, base.upper.diff_id});
  const ReadArchive archive(*make_complete_archive(saved, request));
  EXPECT_EQ(archive.order.front(), kLayer);
  EXPECT_EQ(archive.order.back(), "oci-layout");
  EXPECT_EQ(archive.files.at(kLayer), kContent);
  EXPECT_EQ(archive.files.at(blob_name(base.lower.digest)), "lower");
  EXPECT_EQ(archive.files.at(blob_name(base.upper.digest)), kBig);
  EXPECT_EQ(std::count(archive.order.begin(), archive.order.end(), "index.json"), 1);

  const json index = archive.json("index.json");
  const json manifest = archive.json(blob_name(index["manifests"][0]["digest"]));
  ASSERT_EQ(manifest["layers"].size(), 3U);
  EXPECT_EQ(manifest["layers"][1], Oci::descriptor(base.upper));
  EXPECT_EQ(archive.json("manifest.json")[0]["Layers"],
            json({blob_name(base.lower.digest), blob_name(base.upper.digest), kLayer}));
}

// The classic store's form: layers are plain tars in folders, one that occurs twice is a link.
TEST(CompleteArchive, AddsTheLayersOfAClassicStore) {
  const std::string lower = sha256_digest("lower");
  const std::string upper = sha256_digest(kBig);
  const std::string config = config_text({lower, upper, lower});
  const std::vector<TarItem> items = {
      make_item(TarType::file, "base.json", config),
      make_item(TarType::file, "1/json", "{}"),
      make_item(TarType::file, "1/layer.tar", "lower"),
      make_item(TarType::file, "2/layer.tar", kBig),
      make_link(TarType::symlink, "3/layer.tar", "../1/layer.tar"),
      make_item(TarType::file, "manifest.json",
                R"([{"Config":"base.json","Layers":["1/layer.tar","2/layer.tar","3/layer.tar"]}])"),
      make_item(TarType::file, "repositories", "{}"),
  };
  StringSource source(kContent);
  StringSource saved(write_tar(items));
  const ReadArchive archive(
      *make_complete_archive(saved, request_on(source, {lower, upper, lower})));
  EXPECT_EQ(archive.json("manifest.json")[0]["Layers"],
            json({"1/layer.tar", "2/layer.tar", "3/layer.tar", kLayer}));
  EXPECT_EQ(archive.files.at("2/layer.tar"), kBig);
  EXPECT_EQ(archive.files.count("repositories"), 0U);
  EXPECT_EQ(archive.files.count("base.json"), 0U);
  const json manifest =
      archive.json(blob_name(archive.json("index.json")["manifests"][0]["digest"]));
  EXPECT_EQ(manifest["layers"][2], json({{"mediaType", "application/vnd.oci.image.layer.v1.tar"},
                                         {"digest", lower},
                                         {"size", 5}}));
}

TEST(CompleteArchive, ServesAnImageWithoutANewLayer) {
  const Oci base;
  StringSource none("");
  StringSource saved(write_tar(base.items()));
  LoadRequest request = request_on(none, {base.lower.diff_id, base.upper.diff_id});
  request.layer.reset();
  request.config = base.config;
  const ReadArchive archive(*make_complete_archive(saved, request));
  EXPECT_EQ(archive.json("manifest.json")[0]["Layers"].size(), 2U);
}

TEST(CompleteArchive, FailsWhereTheSavedImageIsNotTheBase) {
  const Oci base;
  const auto failure = [&](const std::vector<TarItem>& items, const std::vector<std::string>& ids) {
    StringSource source(kContent);
    StringSource saved(write_tar(items));
    try {
      read_all(*make_complete_archive(saved, request_on(source, ids)), 64 << 20);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  using ::testing::HasSubstr;
  const std::vector<std::string> ids{base.lower.diff_id, base.upper.diff_id};
  EXPECT_THAT(failure(base.items(), {base.upper.diff_id, base.lower.diff_id}),
              HasSubstr("does not have"));
  EXPECT_THAT(failure({}, ids), HasSubstr("does not have"));
  auto items = base.items();
  items.erase(items.begin() + 1);
  EXPECT_THAT(failure(items, ids), HasSubstr("lacks its layer"));
  items = base.items();
  items[1] = make_item(TarType::file, items[1].entry.path, "lowe");
  EXPECT_THAT(failure(items, ids), HasSubstr("another size"));
  EXPECT_EQ(failure(base.items(), ids), "none");
}

}  // namespace
}  // namespace dksnap::image

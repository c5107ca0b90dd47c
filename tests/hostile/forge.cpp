#include "forge.hpp"

#include <fcntl.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "image/tar.hpp"
#include "support/temp_dir.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestImage = 512 * 1024 * 1024;

// The files of a docker-save archive; blobs of layers too: the lab's images are small.
std::map<std::string, std::string> save(const Desk& desk, const std::string& image) {
  const TempDir folder;
  const std::string path = folder / "saved.tar";
  desk.docker_out({"save", "-o", path, image});
  FdSource file(open_file(path, O_RDONLY), path);
  dksnap::image::TarReader reader(file);
  dksnap::image::TarEntry entry;
  std::map<std::string, std::string> files;
  while (reader.next(entry)) {
    // 20.10 saves a layer that two images share as a link to the first one's.
    if (entry.type == dksnap::image::TarType::file)
      files[entry.path] = read_all(reader.content(), kLargestImage);
    else if (entry.type == dksnap::image::TarType::symlink)
      files[entry.path] = "";
  }
  return files;
}

std::string make_layer(const std::map<std::string, std::string>& contents) {
  StringSink sink;
  dksnap::image::TarWriter tar(sink);
  for (const auto& [path, content] : contents) tar.add_file(path, content, 0755);
  tar.finish();
  return sink.take();
}

}  // namespace

std::string forge(const Desk& desk, const Forgery& forgery) {
  const auto saved = save(desk, forgery.from);
  json manifest = json::parse(saved.at("manifest.json")).at(0);
  json config = json::parse(saved.at(manifest["Config"].get<std::string>()));
  std::map<std::string, std::string> layers;
  std::vector<std::string> names = manifest["Layers"];
  for (const std::string& name : names) layers[name] = saved.at(name);
  json& diff_ids = config["rootfs"]["diff_ids"];
  for (std::size_t i = 0; i < forgery.layers_taken_away; ++i) {
    names.pop_back();
    diff_ids.erase(diff_ids.size() - 1);
  }
  config.erase("history");
  config.merge_patch(forgery.config);
  for (const auto& contents : forgery.files) {
    std::string layer = make_layer(contents);
    const std::string digest = sha256_digest(layer);
    diff_ids.push_back(digest);
    names.push_back(digest.substr(digest.find(':') + 1) + ".tar");
    layers[names.back()] = std::move(layer);
  }
  json& labels = config["config"]["Labels"];
  if (!labels.is_object()) labels = json::object();
  for (const std::string& name : forgery.dropped_labels) labels.erase(name);
  for (const auto& [name, value] : forgery.labels) labels[name] = value;

  const TempDir folder;
  const std::string path = folder / "forged.tar";
  FdSink file(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), path);
  dksnap::image::TarWriter tar(file);
  for (const std::string& name : names) {
    if (layers.contains(name)) tar.add_file(name, layers.extract(name).mapped());
  }
  tar.add_file("config.json", config.dump());
  tar.add_file(
      "manifest.json",
      json::array({{{"Config", "config.json"}, {"RepoTags", {forgery.name}}, {"Layers", names}}})
          .dump());
  tar.finish();
  file.close();
  desk.docker_out({"load", "-i", path});
  return desk.inspect(forgery.name)["Id"];
}

}  // namespace dksnap::test

#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "docker/answers/json_read.hpp"
#include "docker/answers/json_types.hpp"
#include "docker/http/http_engine_impl.hpp"
#include "docker/wire/url.hpp"

namespace dksnap::docker {
namespace {

using nlohmann::json;

constexpr const char* kCannotLoad = "cannot load an image";
constexpr int kMostListings = 20;
constexpr std::chrono::milliseconds kBetweenListings{50};

// One line of the answer to a load. Throws where it tells of a failure: the status was 200 by then.
void read_load_line(std::string_view line, std::vector<std::string>& loaded) {
  if (trim(line).empty()) return;
  const json value = json::parse(line, nullptr, false);
  std::string error = text(value, "error");
  if (error.empty()) error = text(member(value, "errorDetail"), "message");
  // Not all engines write JSON here.
  const std::string stream = value.is_object() ? text(value, "stream") : std::string(line);
  const std::string_view words = trim(stream);
  // The containerd store goes on after these (moby daemon/containerd/image_exporter.go).
  if (error.empty() && words.rfind("Error ", 0) == 0) error = words;
  if (!error.empty()) throw engine_error(kCannotLoad, 500, printable(error));
  for (const std::string_view mark : {"Loaded image ID: ", "Loaded image: "}) {
    if (words.rfind(mark, 0) == 0) loaded.emplace_back(words.substr(mark.size()));
  }
}

}  // namespace

std::vector<ImageSummary> HttpEngine::list_images(const ImageFilter& filter) {
  Target target("/images/json");
  json filters = json::object();
  if (!filter.label.empty()) filters["label"] = json::array({filter.label});
  if (!filter.reference.empty()) filters["reference"] = json::array({filter.reference});
  if (!filters.empty()) target.query("filters", filters.dump());
  // A containerd store looks into each image that it lists, and where somebody removes one just
  // then it says that its content is not found (moby daemon/containerd/image_list.go).
  for (int left = kMostListings;; --left) {
    try {
      return read_image_list(client_.get("cannot list images", target));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found || left <= 1) throw;
    }
    std::this_thread::sleep_for(kBetweenListings);
  }
}

Image HttpEngine::inspect_image(const std::string& ref) {
  return read_image(client_.get(cannot("inspect", "image", ref), image_target(ref, "/json")),
                    tells_image_descriptor(client_.version()));
}

std::vector<HistoryEntry> HttpEngine::image_history(const std::string& ref) {
  return read_history(
      client_.get(cannot("read the history of", "image", ref), image_target(ref, "/history")));
}

std::vector<std::string> HttpEngine::load_images(Source& tar) {
  Request request;
  request.method = "POST";
  request.target = Target("/images/load").flag("quiet", true);
  request.content_type = "application/x-tar";
  request.stream = &tar;
  const auto body = body_source(client_.send(kCannotLoad, request), kCannotLoad);
  std::vector<std::string> loaded;
  LineSink lines([&](std::string_view line) { read_load_line(line, loaded); });
  copy(*body, lines);
  lines.finish();
  return loaded;
}

std::unique_ptr<Source> HttpEngine::save_images(const std::vector<std::string>& refs) {
  const std::string what = "cannot save " + printable(join(refs, ", "));
  Request request;
  Target target("/images/get");
  for (const std::string& ref : refs) target.query("names", ref);
  request.target = target;
  return body_source(client_.send(what, request), what);
}

void HttpEngine::tag_image(const std::string& ref, const std::string& repository,
                           const std::string& tag) {
  client_.post(cannot("tag", "image", ref),
               image_target(ref, "/tag").query("repo", repository).query("tag", tag));
}

void HttpEngine::remove_image(const std::string& ref, bool force, bool prune) {
  Request request;
  request.method = "DELETE";
  request.target = image_target(ref, "").flag("force", force).flag("noprune", !prune);
  client_.send(cannot("remove", "image", ref), request);
}

}  // namespace dksnap::docker

#include "databases/mongo/documents.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dksnap::databases::mongo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShown = 60;

std::string text_of(const Json& id) {
  const bool is_wrapped = id.is_object() && id.size() == 1 && id.begin().value().is_string();
  const std::string name = is_wrapped ? id.begin().key() : "";
  if (name == "$oid" || name.starts_with("$number")) return id.begin().value().get<std::string>();
  return id.dump();
}

}  // namespace

std::string id_of(const std::string& line) {
  const Json document = Json::parse(line, nullptr, false);
  if (!document.is_object()) {
    throw Error(ErrorCode::failed, "cannot read what mongoexport prints",
                "a line is no document: " + printable(line.substr(0, kShown)));
  }
  const auto id = document.find("_id");
  return id == document.end() ? "" : text_of(*id);
}

bool DocumentRows::next(diff::Row& row) {
  std::string line;
  if (!lines_.next(line)) return false;
  std::string id = id_of(line);
  row = {std::move(id), std::move(line)};
  return true;
}

}  // namespace dksnap::databases::mongo

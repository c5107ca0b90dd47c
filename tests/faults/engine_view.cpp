#include "engine_view.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace dksnap::test {
namespace {

using nlohmann::json;

constexpr std::string_view kUnix = "unix://";
constexpr std::size_t kTarBlock = 512;

bool is_good(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

std::string query_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    escaped += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
}

EngineView::EngineView(const std::string& host) : socket_(host.substr(kUnix.size())) {}

EngineView::Answer EngineView::call(const std::string& method, const std::string& target,
                                    const std::string& body) const {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_.c_str(), sizeof address.sun_path - 1);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw system_error("cannot connect to " + socket_);
  }
  // HTTP/1.0: the answer comes in one piece, and its end is the connection's.
  const std::string request = fmt::format(
      "{} {} HTTP/1.0\r\nHost: engine\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      method, target, body.size(), body);
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    throw system_error("cannot write to " + socket_);
  }
  std::string text;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t count = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (count < 0) throw system_error("cannot read from " + socket_);
    if (count == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  Answer answer;
  const std::size_t space = text.find(' ');
  const std::size_t head = text.find("\r\n\r\n");
  if (space == std::string::npos || head == std::string::npos) {
    throw Error(ErrorCode::failed, "no answer to " + method + " " + target);
  }
  std::from_chars(text.data() + space + 1, text.data() + head, answer.status);
  answer.body = text.substr(head + 4);
  return answer;
}

json EngineView::ask(const std::string& method, const std::string& target, const json& body) const {
  const Answer answer = call(method, target, body.is_null() ? "" : body.dump());
  if (!is_good(answer.status)) {
    throw Error(ErrorCode::failed, fmt::format("{} {}: {}", method, target, answer.status),
                answer.body);
  }
  return answer.body.empty() ? json() : json::parse(answer.body, nullptr, false);
}

bool EngineView::container_exists(const std::string& container) const {
  return call("GET", "/containers/" + container + "/json").status != 404;
}

bool EngineView::is_running(const std::string& container) const {
  return ask("GET", "/containers/" + container + "/json")["State"]["Running"].get<bool>();
}

bool EngineView::is_paused(const std::string& container) const {
  return ask("GET", "/containers/" + container + "/json")["State"]["Paused"].get<bool>();
}

bool EngineView::was_paused(const std::string& container, std::time_t since) const {
  const json filters{{"container", {container}}, {"event", {"pause"}}};
  const Answer events = call("GET", "/events?since=" + std::to_string(since) +
                                        "&until=" + std::to_string(std::time(nullptr)) +
                                        "&filters=" + query_escape(filters.dump()));
  return events.body.find("\"pause\"") != std::string::npos;
}

void EngineView::pause(const std::string& container) const {
  ask("POST", "/containers/" + container + "/pause");
}

void EngineView::unpause(const std::string& container) const {
  ask("POST", "/containers/" + container + "/unpause");
}

void EngineView::remove(const std::string& container) const {
  call("DELETE", "/containers/" + container + "?force=1&v=1");
}

std::string EngineView::read_file(const std::string& container, const std::string& path) const {
  const Answer answer =
      call("GET", fmt::format("/containers/{}/archive?path={}", container, query_escape(path)));
  if (!is_good(answer.status) || answer.body.size() < kTarBlock) {
    throw Error(ErrorCode::failed, fmt::format("cannot read {} of {}", path, container),
                answer.body);
  }
  // The size, in octal digits, is the field at 124.
  std::size_t size = 0;
  std::from_chars(answer.body.data() + 124, answer.body.data() + 135, size, 8);
  return answer.body.substr(kTarBlock, size);
}

bool EngineView::image_exists(const std::string& image) const {
  return call("GET", "/images/" + image + "/json").status != 404;
}

std::vector<std::string> EngineView::image_names(const std::string& start) const {
  std::vector<std::string> names;
  for (const json& image : ask("GET", "/images/json")) {
    if (!image["RepoTags"].is_array()) continue;
    for (const json& tag : image["RepoTags"]) {
      const auto name = tag.get<std::string>();
      if (name.starts_with(start)) names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> EngineView::images_labelled(const std::string& label) const {
  const std::string filters = json{{"label", json::array({label})}}.dump();
  std::vector<std::string> ids;
  for (const json& image : ask("GET", "/images/json?filters=" + query_escape(filters)))
    ids.push_back(image["Id"].get<std::string>());
  return ids;
}

void EngineView::remove_image(const std::string& image) const {
  call("DELETE", "/images/" + image + "?force=1");
}

std::vector<std::string> EngineView::volumes_of(int pid) const {
  const std::string filters = json{{"label", json::array({"dksnap.role"})}}.dump();
  std::vector<std::string> names;
  const json volumes = ask("GET", "/volumes?filters=" + query_escape(filters))["Volumes"];
  for (const json& volume : volumes) {
    const auto owner = volume["Labels"].value("dksnap.owner", "");
    if (owner.starts_with(fmt::format("{}@", pid))) names.push_back(volume["Name"]);
  }
  return names;
}

std::vector<std::string> EngineView::scratches_of(const std::string& volume) const {
  const std::string filters = json{
      {"label", json::array({"dksnap.role=scratch"})},
      {"volume",
       json::array({volume})}}.dump();
  std::vector<std::string> ids;
  for (const json& scratch : ask("GET", "/containers/json?all=1&filters=" + query_escape(filters)))
    ids.push_back(scratch["Id"].get<std::string>());
  return ids;
}

}  // namespace dksnap::test

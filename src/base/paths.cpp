#include "base/paths.hpp"

#include <algorithm>
#include <cctype>

namespace dksnap {

bool is_within(std::string_view path, std::string_view directory) {
  if (directory == "/") return !path.empty() && path.front() == '/';
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

std::string base_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  if (directory != "/") path = directory;
  path += '/';
  path += name;
  return path;
}

bool is_runtime_secret(std::string_view path) {
  return is_within(path, "/run/secrets") || is_within(path, "/var/run/secrets");
}

std::string normal_path(std::string_view path) {
  std::string normal;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view name = path.substr(start, end - start);
    if (name == "..")
      normal.resize(normal.empty() ? 0 : normal.rfind('/'));
    else if (!name.empty() && name != ".")
      normal.append("/").append(name);
    start = end + 1;
  }
  return normal.empty() ? "/" : normal;
}

bool is_normal_path(std::string_view path) {
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string_view::npos)
    return false;
  if (path == "/") return true;
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view name = path.substr(start, end - start);
    if (name.empty() || name == "." || name == "..") return false;
    start = end + 1;
  }
  return true;
}

std::string move_paths(const std::string& text, std::string_view from, std::string_view to) {
  // What a longer path would go on with.
  const auto goes_on = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' ||
           letter == '-' || letter == '.' || letter == '/';
  };
  std::string moved;
  std::size_t at = 0;
  for (std::size_t found = 0; (found = text.find(from, at)) != std::string::npos;) {
    const std::size_t end = found + from.size();
    // "-D/from" is an option with it.
    const bool option = found >= 2 && text[found - 2] == '-' && text[found - 1] != '/' &&
                        (found == 2 || text[found - 3] == ' ');
    const bool begins = found == 0 || option || !goes_on(text[found - 1]);
    const bool ends = end == text.size() || text[end] == '/' || !goes_on(text[end]);
    moved += text.substr(at, found - at);
    moved += begins && ends ? to : from;
    at = end;
  }
  return moved + text.substr(at);
}

}  // namespace dksnap

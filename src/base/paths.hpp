// Paths inside a container: absolute, as bytes, no '.', '..' or double slash in them.
#pragma once

#include <string>
#include <string_view>

namespace dksnap {

// `path` is `directory` or lies below it.
bool is_within(std::string_view path, std::string_view directory);
// "/a/b" → "/a"; "/a" → "/".
std::string parent_path(std::string_view path);
// "/a/b" → "b".
std::string base_name(std::string_view path);
std::string join_path(std::string_view directory, std::string_view name);
// Where engines put secrets at run time: never captured, by whichever way it is reached.
bool is_runtime_secret(std::string_view path);
// The same path in the form that this header speaks of, without a look at any file; `path` is
// absolute.
std::string normal_path(std::string_view path);
// Absolute, and in the form that this header speaks of.
bool is_normal_path(std::string_view path);

// `text` with another directory wherever it names `from` or what is below it: "PGDATA=/from/x".
std::string move_paths(const std::string& text, std::string_view from, std::string_view to);

}  // namespace dksnap

// The format of a dump, as its first bytes say it.
#pragma once

#include <string>

namespace dksnap::databases::redis {

// "REDIS0012", "VALKEY080"; empty where the bytes are no dump's.
std::string format_of_head(const std::string& head);
// A dump of that format with nothing in it.
std::string empty_dump(const std::string& format);

}  // namespace dksnap::databases::redis

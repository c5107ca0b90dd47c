// The words that a server of the MySQL family is started with.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "databases/innodb/product.hpp"
#include "docker/types.hpp"

namespace dksnap::databases::innodb {

// By their names in small letters with underscores, without "loose_", "skip_" and the like; the
// last one said holds. What is switched off has the value "0", what is only named "1".
using ServerSettings = std::map<std::string, std::string, std::less<>>;

// Empty where it is not set.
std::string value_of(const ServerSettings& settings, std::string_view name);
// Set, and to something else than an "off".
bool is_on(const ServerSettings& settings, std::string_view name);

// "loose-innodb_page_size=8k" as it stands in a file or, behind dashes, on a command line.
void take_setting(std::string_view text, ServerSettings& settings);

// Whether the words of a container's command are the server's, or options for it: the official
// images' entrypoint puts the server before a command that begins with one.
bool takes_options(const Product& product, const std::vector<std::string>& entrypoint,
                   const std::vector<std::string>& cmd);
// The server as it starts it; empty where that is not understood.
std::vector<std::string> command_of(const Product& product, const docker::Config& config);

// Of a command whose first word is the server (MySQL manual, "Specifying Program Options"): those
// of the command line alone.
ServerSettings read_options(const std::vector<std::string>& command);

}  // namespace dksnap::databases::innodb

// Which values are secrets, or hold some, whatever their name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dksnap::snapshot {

// The secrets in `text`: passwords in URLs and connection strings (JDBC, libpq, ADO, DSN), members
// of JSON with names of secrets, private keys, headers of authentication, lines of .pgpass and
// .netrc, tokens that are known by their form. A reference to a variable is none.
std::vector<std::string> secret_parts(std::string_view text);

// "${NAME}", "$(NAME)", "{{ name }}"; with `expands` also "$NAME": for texts that a shell reads.
bool is_reference(std::string_view value, bool expands);

}  // namespace dksnap::snapshot

// Which names promise a secret: of variables, options, members of JSON and of connection strings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dksnap::snapshot {

enum class NamedIn { variables, text };

// "keyStorePassword" → KEY, STORE, PASSWORD; "API_KEY_2" → API, KEY.
std::vector<std::string> words_of_name(std::string_view name);

// Whether `value` is a secret by the name that it has. Empty values, switches ("yes"), methods of
// authentication and files that are only named ("PASSWORD_FILE=/run/secrets/db") are none. In
// `variables` PWD is the working directory; inside a `text` it is a password, and a bare "key" may
// be anything.
bool names_secret(std::string_view name, std::string_view value, NamedIn where);

}  // namespace dksnap::snapshot

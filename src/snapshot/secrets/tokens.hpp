// Secrets that are known by their form alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dksnap::snapshot {

// Tokens of known services, JSON web tokens, private keys (PEM, also in base64), and a text that is
// nothing but a user and a password in base64.
std::vector<std::string> tokens_in(std::string_view text);

// Base64 of USER:PASSWORD.
bool is_user_and_password(std::string_view base64);

}  // namespace dksnap::snapshot

// Calls to the engine with its errors as ours, and JSON in and out.
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "docker/http/api_version.hpp"
#include "docker/http/http_engine.hpp"
#include "docker/wire/dial.hpp"
#include "docker/wire/transport.hpp"

namespace dksnap::docker {

// "cannot VERB THING REF": the beginning of an error's text.
std::string cannot(std::string_view verb, std::string_view thing, std::string_view ref);

// Thread-safe. `what` is what fails if the call fails, "cannot start container x".
class Client {
 public:
  // Agrees on a version with the engine.
  Client(Endpoint endpoint, ConnectOptions options);

  const Endpoint& endpoint() const { return dialer_.endpoint(); }
  const ApiVersion& version() const { return version_; }

  // Throws for every status from 400 on, with the engine's words.
  std::unique_ptr<Answer> send(const std::string& what, const Request& request) const;
  // The same, but returns an answer of 404.
  std::unique_ptr<Answer> send_or_404(const std::string& what, const Request& request) const;

  nlohmann::json get(const std::string& what, const std::string& target) const;
  // `body` null: none.
  void post(const std::string& what, const std::string& target) const;
  nlohmann::json post(const std::string& what, const std::string& target,
                      const nlohmann::json& body) const;
  // The same where the answer says nothing.
  void tell(const std::string& what, const std::string& target, const nlohmann::json& body) const;
  // Reads an answer's body as JSON.
  static nlohmann::json read_json(const std::string& what, Answer& answer);

 private:
  std::unique_ptr<Answer> call(const std::string& what, const Request& request,
                               const std::string& prefix) const;

  Dialer dialer_;
  ConnectOptions options_;
  ApiVersion version_;
};

// The Error for the engine's own words: no_space, in_use, not_found by the status, or `failed`.
Error engine_error(const std::string& what, int status, const std::string& words);

}  // namespace dksnap::docker

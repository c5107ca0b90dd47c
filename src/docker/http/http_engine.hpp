// The engine over HTTP: unix socket, TCP, TLS, or a program's pipes (ssh).
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "docker/endpoint/endpoint.hpp"
#include "docker/engine.hpp"

namespace dksnap::docker {

// The oldest API we speak: Engine 20.10.
inline constexpr const char* kOldestApi = "1.41";

struct ConnectOptions {
  // Closes the connection of every running and later call, which then throws `interrupted`.
  std::stop_token stop;
  // Gets one line for each call, after its answer: "POST /containers/x/start 204 12 ms".
  std::function<void(const std::string&)> trace;
};

// Connects and agrees on an API version through /_ping. Throws engine_unreachable with a hint that
// fits the cause (no such socket, no permission: names the group, refused, bad certificate), and
// `failed` where the engine is older than kOldestApi.
std::unique_ptr<Engine> connect(const Endpoint& endpoint, ConnectOptions options);

}  // namespace dksnap::docker

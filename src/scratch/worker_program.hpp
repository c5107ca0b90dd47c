// The worker as it is embedded in this program.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace dksnap::scratch {

std::span<const std::byte> worker_program();
// Of this program and the worker in it, as images name it: "amd64".
std::string_view worker_architecture();

}  // namespace dksnap::scratch

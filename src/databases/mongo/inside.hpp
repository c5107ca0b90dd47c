// Asks a mongod by the shells that its image may have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "databases/mongo/options.hpp"
#include "databases/server.hpp"
#include "databases/shell.hpp"

namespace dksnap::databases::mongo {

// The same question in the words of mongosh, and of the shell before it.
struct Question {
  std::string mongosh;
  std::string mongo;
};

// By the first of them that is there; nothing where there is none. Not by the tools, which wait for
// a server without end.
std::optional<ProgramResult> ask_inside(Shell& container, const Server& server,
                                        const Question& question,
                                        const std::vector<std::string>& env = {},
                                        const TimeLimit& limit = kReadiness);

// It takes connections by TLS alone, for which a shell would need a key.
bool wants_tls(const MongodOptions& options);

}  // namespace dksnap::databases::mongo

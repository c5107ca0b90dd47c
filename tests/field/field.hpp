// A situation that real people's containers are in: a PostgreSQL as they run it, a snapshot of it,
// copies, and the way back. A file each; a new report is ten lines more.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "support/desk.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {

class Field : public OnEitherStore {
 protected:
  // How its own people reach the server, and how it is told to anybody who asks in it.
  struct Way {
    std::string user = "postgres";
    std::string socket;  // its directory; empty: where psql looks
    int port = 5432;
    Words docker;  // options of `docker exec`
  };
  // Of all that follows.
  Way way;

  // `docker run` of an image (the lab's PostgreSQL) with options and further arguments. Nobody
  // needs a password. Serves when this returns, and holds a row in the table `kept`.
  const std::string& start(const Words& options, const Words& arguments = {},
                           const std::string& image = {});
  const std::string& source() const { return source_; }
  std::string sql(const std::string& container, const std::string& statement);

  // `dksnap create`, which ends with that status; what it printed.
  RunResult snapshot(const Words& options = {}, int status = 0);
  const std::string& id() const { return id_; }  // of the last one
  // A copy of that; the row is in it.
  std::string boot(const Words& options = {});
  // What `boot` said of the last copy.
  const nlohmann::json& booted() const { return booted_; }
  // Puts that in the source's place: what came after it is gone, and back after undo.
  void replace_and_undo();
  // All three.
  void go_through();

  // A file in the source, made by its root.
  void write(const std::string& path, const std::string& text, const std::string& mode = "644");
  // A path of the engine's machine for a bind, with that in it.
  std::string outside(const std::string& name, const std::string& text);

 private:
  void wait_until_it_serves();
  std::string source_;
  std::string id_;
  nlohmann::json booted_;
};

}  // namespace dksnap::test

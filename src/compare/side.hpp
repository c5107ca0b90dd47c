// One side of a comparison: its data in a scratch, with a server that answers for them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "databases/running_server.hpp"
#include "databases/session.hpp"
#include "databases/sql_words.hpp"
#include "scratch/scratch.hpp"
#include "snapshot/context.hpp"
#include "snapshot/snapshot.hpp"

namespace dksnap::compare {

// What is compared: a snapshot, the image that it was made on, or a container as it is now.
struct End {
  const snapshot::Snapshot* snapshot = nullptr;
  bool is_base = false;
  std::string container;  // where that is null
  std::string kind;       // of the container's databases, where it has several
  bool is_live() const { return snapshot == nullptr; }
};

// The scratch and its server are gone when the object is, also when an operation is cancelled.
class Side {
 public:
  // Throws `failed` for what no server can be started on, database_refused where it does not start.
  Side(snapshot::Context& context, const End& end);

  databases::Session& session() { return *session_; }
  const std::string& kind() const { return kind_; }
  const databases::SqlWords* sql_words() const { return sql_words_; }
  TimePoint moment() const { return moment_; }

 private:
  void open_snapshot(const snapshot::Snapshot& snapshot);
  void open_base(const snapshot::Snapshot& snapshot);
  void open_container(const End& end);
  void serve(const databases::Database& database, const databases::Recognition& recognition);

  snapshot::Context& context_;
  std::string name_;
  std::string kind_;
  const databases::SqlWords* sql_words_ = nullptr;
  TimePoint moment_{};
  std::vector<std::unique_ptr<databases::RunningServer>> servers_;
  std::unique_ptr<scratch::Scratch> scratch_;  // goes before them: they end with it
  std::unique_ptr<databases::Session> session_;
};

}  // namespace dksnap::compare

// Any container without a database that dksnap knows: its files are all there is.
#pragma once

#include "databases/database.hpp"

namespace dksnap::databases::files {

class Files final : public Database {
 public:
  std::string_view name() const override { return "files"; }
  std::optional<Recognition> recognise(const ContainerFacts& facts) const override;
  FlushResult flush(Shell& source, const Recognition& recognition,
                    const Credentials& credentials) const override;
  bool safe_without_flush() const override { return true; }
  bool settles() const override { return false; }
  std::vector<std::string> stale_paths(const Recognition& recognition) const override;
  std::vector<std::string> spare_paths(Shell& scratch,
                                       const Recognition& recognition) const override;
  Settled settle(Shell& scratch, const Recognition& recognition) const override;
  std::unique_ptr<Session> serve(CopyInScratch copy, const Recognition& recognition) const override;
  bool can_be_asked() const override { return false; }
  std::string connection_string(const Address& address, const Server& server,
                                const Settings& settings) const override;
  std::optional<std::string> not_ready(Shell& container, const ContainerFacts& facts,
                                       Server& server) const override;
  std::optional<std::string> no_answer(const Address& address, const Server& server) const override;
};

}  // namespace dksnap::databases::files

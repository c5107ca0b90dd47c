// A kind of server that is known by a recipe: by what a table says, without code of its own. Its
// copy is what the disk had at one instant, as after a power cut, and is not settled.
#pragma once

#include "databases/database.hpp"
#include "databases/recipes/recipe_data.hpp"

namespace dksnap::databases::recipes {

class Recipe final : public Database {
 public:
  explicit Recipe(RecipeData data) : data_(std::move(data)) {}

  std::string_view name() const override { return data_.name; }
  bool is_recipe() const override { return true; }
  std::optional<Recognition> recognise(const ContainerFacts& facts) const override;
  Server server_of(const docker::Config& config) const override;
  bool is_worth_flushing() const override { return !data_.flush.empty(); }
  // Runs in the source, as its user.
  FlushResult flush(Shell& source, const Recognition& recognition,
                    const Credentials& credentials) const override;
  bool safe_without_flush() const override { return !data_.flush_required; }
  bool data_says_who_may_enter() const override { return data_.logins_in_data; }
  bool is_bound_to_hostname() const override { return data_.hostname_bound; }
  std::string stop_signal(const docker::Config& config, const Server& server) const override;
  bool settles() const override { return false; }
  std::vector<std::string> stale_paths(const Recognition& recognition) const override;
  std::vector<std::string> spare_paths(Shell&, const Recognition&) const override { return {}; }
  Settled settle(Shell&, const Recognition&) const override { return {}; }
  // File by file.
  std::unique_ptr<Session> serve(CopyInScratch copy, const Recognition& recognition) const override;
  bool can_be_asked() const override { return data_.port != 0 || can_be_asked_inside(); }
  bool can_be_asked_inside() const override { return !data_.ready.empty(); }
  std::string connection_string(const Address& address, const Server& server,
                                const Settings& settings) const override;
  std::optional<std::string> not_ready(Shell& container, const ContainerFacts& facts,
                                       Server& server) const override;
  // A path that is asked for by HTTP answers, with whatever is no server's error; or the port takes
  // a connection and keeps it.
  std::optional<std::string> no_answer(const Address& address, const Server& server) const override;

 private:
  RecipeData data_;
};

}  // namespace dksnap::databases::recipes

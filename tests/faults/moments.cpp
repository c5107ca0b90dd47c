#include "moments.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace dksnap::test {
namespace {

bool is_step(const std::string& type) {
  return type == "step_begins" || type == "step_ends";
}

}  // namespace

void when_frozen(Creation& creation, std::function<void()> strike) {
  // dksnap looks in the list whether the source is really frozen: that call comes when it is.
  const auto asked = std::make_shared<std::atomic<bool>>(false);
  FaultRule pause;
  pause.method = "POST";
  pause.path = "/pause$";
  pause.on_call = [asked](const ProxyCall&) { *asked = true; };
  creation.proxy().add(pause);
  FaultRule look;
  look.method = "GET";
  look.path = "^/containers/json$";
  look.nth = 0;
  look.on_call = [asked, strike = std::move(strike)](const ProxyCall&) {
    if (asked->exchange(false)) strike();
  };
  creation.proxy().add(look);
}

std::vector<Event> events_of(Creation& creation) {
  std::vector<Event> events;
  creation.on_progress([&](const std::string& type, const std::string& text) {
    if (is_step(type)) events.push_back({type, text});
  });
  const RunResult& result = creation.run();
  EXPECT_EQ(result.status, 0) << result;
  return events;
}

void at_event(Creation& creation, std::size_t index, std::function<void()> strike) {
  creation.on_progress([index, strike = std::move(strike), seen = std::size_t{0}](
                           const std::string& type, const std::string&) mutable {
    if (is_step(type) && seen++ == index) strike();
  });
}

}  // namespace dksnap::test

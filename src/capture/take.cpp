#include "capture/take.hpp"

#include <future>

namespace dksnap::capture {

Taken take(snapshot::Context& context, const CreateRequest& request) {
  std::future<std::unique_ptr<scratch::Scratch>> scratch;
  Taken taken;
  taken.plan = make_plan(context, request, [&](const Plan& early) {
    scratch =
        std::async(std::launch::async, [&context, early] { return make_scratch(context, early); });
  });
  const Flushed flushed = flush(context, taken.plan.source, request);
  taken.scratch = scratch.get();
  taken.copied = copy(context, taken.plan, *taken.scratch);
  if (flushed.download) download(context, taken.plan.source, *flushed.download, *taken.scratch);
  if (flushed.moment) taken.copied.created = *flushed.moment;
  taken.settled = settle(context, taken.plan, request.takes_it_as_it_is, *taken.scratch);
  return taken;
}

}  // namespace dksnap::capture

#include "cli/global_options.hpp"

namespace dksnap::cli {

void declare_global_options(Arguments& arguments, GlobalOptions& options) {
  docker::EndpointOptions& endpoint = options.endpoint;
  arguments.option("-H,--host", "URL", endpoint.host, "the engine: unix://, tcp:// or ssh://");
  arguments.option("-c,--context", "NAME", endpoint.context, "the docker context to use");
  arguments.flag("--tls", endpoint.tls, "use TLS");
  arguments.flag("--tlsverify", endpoint.tls_verify, "use TLS and verify the engine");
  arguments.option("--tlscacert", "FILE", endpoint.tls_ca_cert, "certificates to trust");
  arguments.option("--tlscert", "FILE", endpoint.tls_cert, "our certificate");
  arguments.option("--tlskey", "FILE", endpoint.tls_key, "its key");
  arguments.flag("-q,--quiet", options.quiet, "results and errors only");
  arguments.count("-v,--verbose", options.verbose, "say more; twice: every call to the engine");
  arguments.flag("--json", options.json, "results as JSON, one object a line");
  arguments.choice("--color", {"auto", "always", "never"}, options.color, "colours");
  arguments.choice("--progress", {"auto", "tty", "plain", "json", "none"}, options.progress,
                   "how steps are shown");
  arguments.flag("--no-input", options.no_input, "never ask; fail where a question would be");
  arguments.flag("-y,--yes", options.yes, "answer yes to every question");
  arguments.flag("-n,--dry-run", options.dry_run, "say what would be done, and do nothing");
  arguments.seconds("--timeout", options.timeout, "give up after so many seconds");
}

}  // namespace dksnap::cli

// The command line of decree-kv.
#ifndef DECREE_EXAMPLES_KV_SETTINGS_H_
#define DECREE_EXAMPLES_KV_SETTINGS_H_

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "decree/options.h"
#include "examples/kv/server.h"

namespace decree::kv {

struct Settings {
  Options replica;
  ServerOptions server;
};

/// Thrown for a value that cannot be; what() is a sentence that names the option.
class SettingsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// "host:port", or "[address]:port" for IPv6. Throws SettingsError that names `option`.
std::pair<std::string, std::uint16_t> parse_endpoint(const std::string& text,
                                                     const std::string& option);

/// Nothing if the program has said all it should (--help, or a usage error, on standard error) and
/// must exit with *status. Throws SettingsError.
std::optional<Settings> parse_settings(int argc, char** argv, int* status);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_SETTINGS_H_

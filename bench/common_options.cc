#include "bench/common_options.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <thread>

namespace decree::bench {

void add_outstanding(CLI::App& command, std::vector<std::uint32_t>& outstanding, int most) {
  command.add_option("--outstanding", outstanding, "Commands in flight, e.g. 1,8,64")
      ->delimiter(',')
      ->check(CLI::Range(1, most))
      ->capture_default_str();
}

void add_payload(CLI::App& command, std::vector<std::uint32_t>& payload_bytes, int most) {
  command.add_option("--payload", payload_bytes, "Bytes of a command, e.g. 64,256")
      ->delimiter(',')
      ->check(CLI::Range(1, most))
      ->capture_default_str();
}

void add_seconds(CLI::App& command, double& seconds, const std::string& what) {
  command.add_option("--seconds", seconds, what)
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
}

void add_rounds(CLI::App& command, std::size_t& rounds, const std::string& what) {
  command.add_option("--rounds", rounds, what)->check(CLI::Range(1, 1000))->capture_default_str();
}

void add_directory(CLI::App& command, std::string& directory, const std::string& what) {
  command.add_option("--directory", directory, what)->capture_default_str();
}

void add_plot(CLI::App& command, std::string& file) {
  command.add_option("--plot", file, "Draw it into this file, an SVG");
}

std::string machine_name() {
  utsname kernel{};
  ::uname(&kernel);
  return fmt::format("{} processors, {} {}", std::thread::hardware_concurrency(), kernel.sysname,
                     kernel.release);
}

}  // namespace decree::bench

// Options that several subcommands have, and what they say of the machine.
#ifndef DECREE_BENCH_COMMON_OPTIONS_H_
#define DECREE_BENCH_COMMON_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace decree::bench {

void add_outstanding(CLI::App& command, std::vector<std::uint32_t>& outstanding, int most = 65536);
void add_payload(CLI::App& command, std::vector<std::uint32_t>& payload_bytes, int most = 1 << 20);
void add_seconds(CLI::App& command, double& seconds, const std::string& what);
void add_rounds(CLI::App& command, std::size_t& rounds, const std::string& what);
void add_directory(CLI::App& command, std::string& directory,
                   const std::string& what = "On the disk to measure");
void add_plot(CLI::App& command, std::string& file);

/// Its processors and its kernel.
std::string machine_name();

}  // namespace decree::bench

#endif  // DECREE_BENCH_COMMON_OPTIONS_H_

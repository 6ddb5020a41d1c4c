// Random exploration, the same on every machine. A seed that fails is printed with what happened
// last. DECREE_PAXOS_SEED=n runs one seed, DECREE_PAXOS_SEEDS=n that many from
// DECREE_PAXOS_FIRST_SEED on; DECREE_PAXOS_TRACE_LINES=n shows more of what happened.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>

#include "tests/paxos/explorer.h"

namespace decree::paxos::test {
namespace {

constexpr std::uint64_t kSeeds = 3000;
constexpr std::size_t kSteps = 1500;
constexpr std::uint64_t kTraceLines = 120;

std::deque<std::string> last_lines;
std::uint64_t running_seed = 0;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

void remember(const std::string& line) {
  last_lines.push_back(line);
  static const std::uint64_t kept = setting("DECREE_PAXOS_TRACE_LINES", kTraceLines);
  if (last_lines.size() > kept) last_lines.pop_front();
}

std::string trace_of(std::uint64_t seed) {
  std::string trace = "seed " + std::to_string(seed) + " (DECREE_PAXOS_SEED), its last events:\n";
  for (const std::string& line : last_lines) trace += "  " + line + "\n";
  return trace;
}

/// An assertion of the core ends the process: say which seed it was, and what led to it.
void on_abort(int /*signal*/) {
  static_cast<void>(std::fputs(trace_of(running_seed).c_str(), stderr));
  _exit(1);
}

void run_seed(std::uint64_t seed, const World::Sink& sink) {
  running_seed = seed;
  last_lines.clear();
  Explorer explorer(seed, sink);
  explorer.run(kSteps);
}

TEST(RandomTest, HoldsTheRulesAndMakesProgress) {
  static_cast<void>(std::signal(SIGABRT, on_abort));
  const std::uint64_t one = setting("DECREE_PAXOS_SEED", 0);
  const std::uint64_t first = one != 0 ? one : setting("DECREE_PAXOS_FIRST_SEED", 1);
  const std::uint64_t end = one != 0 ? one + 1 : first + setting("DECREE_PAXOS_SEEDS", kSeeds);
  for (std::uint64_t seed = first; seed < end; ++seed) {
    try {
      run_seed(seed, one != 0 ? World::Sink(remember) : World::Sink());
    } catch (const Violation& violation) {
      if (one == 0) {
        try {
          run_seed(seed, remember);
        } catch (const Violation&) {  // the same again, now with its trace
        }
      }
      FAIL() << violation.what() << "\n" << trace_of(seed);
    }
  }
}

}  // namespace
}  // namespace decree::paxos::test

// All clients together, and what must hold of what they saw.
#ifndef DECREE_TESTS_CHAOS_CROWD_H_
#define DECREE_TESTS_CHAOS_CROWD_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "examples/demo/cluster.h"
#include "tests/chaos/client.h"

namespace decree::tests {

class Crowd {
 public:
  /// Starts at once.
  Crowd(const demo::Cluster& cluster, int clients, std::uint64_t seed);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() { stop(); }

  [[nodiscard]] Stage& stage() { return stage_; }
  void stop();

  /// After stop(): everything that was seen, and a last read of every key at every replica. Throws
  /// std::runtime_error if one does not answer.
  [[nodiscard]] History history_with_last_reads(const demo::Cluster& cluster) const;

 private:
  Stage stage_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::thread> threads_;
};

/// What is wrong with the appended tokens, by the last read of each key, one line each: a token
/// that was acknowledged is there once, one that failed is not there, any other at most once.
std::string wrong_tokens(const History& history);

/// A line an operation, by the time of its invocation.
void write_history(const History& history, const std::filesystem::path& file);

}  // namespace decree::tests

#endif  // DECREE_TESTS_CHAOS_CROWD_H_

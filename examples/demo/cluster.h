// Replicas of decree-kv as child processes on this machine.
#ifndef DECREE_EXAMPLES_DEMO_CLUSTER_H_
#define DECREE_EXAMPLES_DEMO_CLUSTER_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "examples/demo/deadline.h"
#include "examples/demo/process.h"

namespace decree::demo {

/// What a replica says of itself in INFO.
struct ReplicaInfo {
  std::string role;           // leader, follower or candidate
  int leader = 0;             // whom it follows; 0: nobody
  std::uint64_t applied = 0;  // the last slot in its state
  std::string state_hash;     // of the whole state after that slot
};

/// Replicas are named 1, 2, ... as on their command lines. Belongs to one thread, the one that made
/// it, except port(), which any thread may call. Waits throw std::runtime_error, which says what
/// did not come to pass and where the replica's log is, when the deadline is reached or a replica
/// ends.
class Cluster {
 public:
  /// `program` is decree-kv; each replica gets a folder and an output file in `directory`.
  Cluster(std::filesystem::path program, std::filesystem::path directory, int replicas);

  [[nodiscard]] int size() const { return static_cast<int>(members_.size()); }
  [[nodiscard]] std::uint16_t port(int id) const { return member(id).client_port; }
  [[nodiscard]] pid_t pid(int id) const { return member(id).process->pid(); }
  [[nodiscard]] bool is_running(int id) const { return member(id).process.has_value(); }
  [[nodiscard]] std::filesystem::path directory(int id) const;
  [[nodiscard]] std::filesystem::path output(int id) const;

  void start(int id);
  void kill(int id);
  void pause(int id) { member(id).process->pause(); }
  void resume(int id) { member(id).process->resume(); }
  /// SIGTERM to all that run; true if all of them ended with status 0 before the deadline.
  bool terminate_all(Deadline deadline);

  /// Until the time is there.
  void watch(Deadline until) const;

  /// Nothing if the replica does not run or does not answer.
  [[nodiscard]] std::optional<ReplicaInfo> info(int id, Deadline deadline) const;

  /// Until one of the running replicas leads and all of them follow it. Returns its id.
  int wait_for_leader(Deadline deadline) const;
  /// Until the replica has applied all that any other one had applied when this was called.
  ReplicaInfo wait_until_caught_up(int id, Deadline deadline) const;
  /// Until all have applied the same slot. In the order of their ids.
  [[nodiscard]] std::vector<ReplicaInfo> wait_until_level(Deadline deadline) const;

 private:
  struct Member {
    std::uint16_t peer_port = 0;
    std::uint16_t client_port = 0;
    std::optional<Process> process;
  };

  [[nodiscard]] const Member& member(int id) const;
  [[nodiscard]] Member& member(int id);
  [[nodiscard]] std::string members_option() const;
  [[nodiscard]] std::optional<int> agreed_leader() const;
  [[nodiscard]] std::vector<ReplicaInfo> level_infos() const;
  template <typename Condition>
  void wait(Condition condition, int id, Deadline deadline, const std::string& what) const;

  std::filesystem::path program_;
  std::filesystem::path directory_;
  std::vector<Member> members_;
};

}  // namespace decree::demo

#endif  // DECREE_EXAMPLES_DEMO_CLUSTER_H_

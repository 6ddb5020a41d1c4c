// Reads that wait until they may run.
#ifndef DECREE_REPLICA_READS_H_
#define DECREE_REPLICA_READS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "decree/completion.h"
#include "decree/error.h"
#include "leases/clock.h"
#include "paxos/message.h"
#include "replica/answers.h"

namespace decree::replica {

/// A read that was called at this replica.
struct LocalRead {
  std::function<void()> body;
  detail::ReadCompletion done;
  leases::Time deadline;
};

/// A follower's question from which slot on its reads may run.
struct RemoteRead {
  ReplicaId replica;
  std::uint64_t request = 0;
};

/// Linearizable reads. A leader runs them under its lease, or after a quorum has answered a round
/// that was sent after they were called; never after a round that was already under way. A follower
/// asks the leader for a read point in the same way: one question at a time, for the reads that
/// were called before it was sent. A read changes nothing, so whatever is lost is asked again.
class Reads {
 public:
  explicit Reads(Answers& answers) : answers_(answers) {}

  void add(LocalRead read) { called_.emplace_back(std::move(read)); }
  void add(RemoteRead read) { called_.emplace_back(read); }
  [[nodiscard]] std::size_t count() const {
    return called_.size() + in_round_.size() + asked_.size() + pointed_.size();
  }

  // --- At the leader, once its no-op is applied and its wait is over.
  /// Under a lease that holds now: everything may run. Remote ones are answered with `applied`.
  void serve_all(Slot applied, const Answers::Send& send);
  /// The newest round that a quorum has answered.
  void serve_round(std::uint64_t confirmed, Slot applied, const Answers::Send& send);
  /// Reads wait for a round and none is under way for others.
  [[nodiscard]] bool wants_round() const { return !called_.empty() && in_round_.empty(); }
  /// A round is sent now: reads called until now wait for it.
  void round_sent(std::uint64_t round);

  // --- At a follower.
  [[nodiscard]] bool wants_point() const { return !called_.empty() && asked_.empty(); }
  /// Questions get numbers above this one.
  void number_from(std::uint64_t request) { request_ = request; }
  /// A question is sent now, for the reads called until now; returns its number.
  std::uint64_t ask();
  void answered(const ReadPointAnswer& answer);
  /// The question may be lost, or its leader is one no more.
  void ask_again();

  /// This replica leads no more: remote reads go elsewhere, its own are asked for.
  void leadership_lost(const Answers::Send& send);
  /// Runs what waited for this slot.
  void applied(Slot slot);
  void expire(leases::Time now);
  [[nodiscard]] leases::Time next_deadline() const;
  void fail_all(Errc error);

 private:
  using Read = std::variant<RemoteRead, LocalRead>;
  struct Pointed {
    Slot point;
    LocalRead read;
  };

  void run(LocalRead& read);
  void serve(std::vector<Read>& reads, Slot applied, const Answers::Send& send);
  static void refuse(const RemoteRead& read, const Answers::Send& send);
  template <typename Container>
  void expire(Container& reads, leases::Time now);

  Answers& answers_;
  std::vector<Read> called_;  // wait for a lease, a round or a point
  std::vector<Read> in_round_;
  std::uint64_t round_ = 0;  // that in_round_ waits for
  std::vector<LocalRead> asked_;
  std::uint64_t request_ = 0;     // that asked_ waits for
  std::vector<Pointed> pointed_;  // wait until their slot is applied
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_READS_H_

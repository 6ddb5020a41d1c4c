// Where the time of a leader's batches goes.
#ifndef DECREE_REPLICA_STAGE_TIMER_H_
#define DECREE_REPLICA_STAGE_TIMER_H_

#include <functional>
#include <utility>

#include "decree/stages.h"
#include "leases/clock.h"
#include "paxos/message.h"

namespace decree::replica {

/// Times one batch at a time. It reads the clock only while somebody wants to know.
class StageTimer {
 public:
  using Handler = std::function<void(const CommitStages&)>;

  explicit StageTimer(const leases::Clock& clock) : clock_(clock) {}

  /// From now on `handler` is told of batches; none: of none.
  void tell(Handler handler);
  /// The batch that is timed is not answered any more.
  void forget() { stage_ = Stage::none; }

  // What happens to batches, in this order.
  void placed(Slot slot, leases::Time proposed) {
    if (handler_ && stage_ == Stage::none) begin(slot, proposed);
  }
  void encoding(const Accept& accept) {
    if (stage_ == Stage::placed) begin_to_encode(accept);
  }
  void encoded() {
    if (stage_ == Stage::encoding) enter(Stage::encoded, stages_.encode_ns);
  }
  void sent() {
    if (stage_ == Stage::encoded) enter(Stage::sent, stages_.send_ns);
  }
  void accepted(const Accepted& accepted, leases::Time now) {
    if (stage_ == Stage::sent) take_acceptance(accepted, now);
  }
  /// `durable`: here; `chosen`: by a quorum.
  void progress(Slot durable, Slot chosen, leases::Time now) {
    if (stage_ == Stage::sent) take_progress(durable, chosen, now);
  }
  void applied(Slot through) {
    if (stage_ == Stage::chosen && through >= stages_.last) enter(Stage::applied, stages_.apply_ns);
  }
  void answered() {
    if (stage_ == Stage::applied) end();
  }

 private:
  enum class Stage { none, placed, encoding, encoded, sent, chosen, applied };

  void begin(Slot slot, leases::Time proposed);
  void begin_to_encode(const Accept& accept);
  void take_acceptance(const Accepted& accepted, leases::Time now);
  void take_progress(Slot durable, Slot chosen, leases::Time now);
  void end();
  /// The stage before took from since_ until now.
  void enter(Stage stage, std::uint64_t& took_ns) { enter(stage, took_ns, clock_.now()); }
  void enter(Stage stage, std::uint64_t& took_ns, leases::Time now);

  const leases::Clock& clock_;
  Handler handler_;
  Stage stage_ = Stage::none;
  leases::Time since_;
  bool durable_ = false;         // here, the batch that is timed
  bool remote_durable_ = false;  // at some peer
  CommitStages stages_;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_STAGE_TIMER_H_

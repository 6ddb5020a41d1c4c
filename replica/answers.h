// Who asked, and what they are told.
#ifndef DECREE_REPLICA_ANSWERS_H_
#define DECREE_REPLICA_ANSWERS_H_

#include <cstdint>
#include <functional>
#include <utility>
#include <variant>
#include <vector>

#include "decree/completion.h"
#include "decree/error.h"
#include "decree/state_machine.h"
#include "paxos/message.h"

namespace decree::replica {

/// A request that another replica forwarded.
struct RemoteRequest {
  ReplicaId replica;
  std::uint64_t request = 0;
};

/// Whoever waits for a proposal.
using Requester = std::variant<RemoteRequest, detail::ProposeCompletion, detail::SessionCompletion,
                               detail::SettingsCompletion>;

/// The answers of a turn, collected so that they are delivered after the sends and the log write.
class Answers {
 public:
  using Send = std::function<void(ReplicaId, const Message&)>;

  void add(Requester requester, boost::system::error_code error, Reply reply) {
    pending_.push_back({std::move(requester), error, std::move(reply)});
  }
  void add(detail::ReadCompletion done, boost::system::error_code error) {
    reads_.push_back({std::move(done), error});
  }
  [[nodiscard]] bool empty() const { return pending_.empty() && reads_.empty(); }
  /// Sends the answers of remote requests.
  void send_remote(const Send& send);
  /// Calls the completions of local requests, which may call into the engine again.
  void deliver();

 private:
  struct Answer {
    Requester requester;
    boost::system::error_code error;
    Reply reply;
  };
  struct ReadAnswer {
    detail::ReadCompletion done;
    boost::system::error_code error;
  };

  std::vector<Answer> pending_;
  std::vector<Answer> delivering_;
  std::vector<ReadAnswer> reads_;
  std::vector<ReadAnswer> delivering_reads_;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_ANSWERS_H_

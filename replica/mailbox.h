// Requests from other threads on their way to the engine's.
#ifndef DECREE_REPLICA_MAILBOX_H_
#define DECREE_REPLICA_MAILBOX_H_

#include <functional>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "decree/replica.h"
#include "paxos/message.h"
#include "replica/answers.h"

namespace decree::replica {

struct ProposeRequest {
  Requester requester;
  Value value;
};

struct ReadRequest {
  std::function<void()> body;
  Consistency consistency = Consistency::linearizable;
  detail::ReadCompletion done;
};

/// The function is called on the engine's thread.
using MailedRequest = std::variant<ProposeRequest, ReadRequest, std::function<void()>>;

/// Any thread puts, the engine's thread takes. Everything that is put is taken by exactly one call.
class Mailbox {
 public:
  enum class Put {
    first,   // the engine must be woken
    queued,  // it was told already
    closed,  // nobody takes any more: the request is still the caller's
  };

  Put put(MailedRequest& request) {
    const std::lock_guard lock(mutex_);
    if (closed_) return Put::closed;
    requests_.push_back(std::move(request));
    return requests_.size() == 1 ? Put::first : Put::queued;
  }
  /// Swaps with `into`, which must be empty.
  void take(std::vector<MailedRequest>& into) {
    const std::lock_guard lock(mutex_);
    std::swap(requests_, into);
  }
  /// What was put before is still to be taken.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  std::mutex mutex_;
  std::vector<MailedRequest> requests_;
  bool closed_ = false;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_MAILBOX_H_

#include "replica/answers.h"

#include <algorithm>

namespace decree::replica {

namespace {

void call(detail::ProposeCompletion& done, boost::system::error_code error, Reply reply) {
  done(error, std::move(reply));
}

/// A session is named after the slot that opened it.
void call(detail::SessionCompletion& done, boost::system::error_code error, const Reply& reply) {
  done(error, error ? ClientId{} : ClientId{reply.token.slot.value});
}

}  // namespace

void Answers::send_remote(const Send& send) {
  std::erase_if(pending_, [&](Answer& answer) {
    const auto* remote = std::get_if<RemoteRequest>(&answer.requester);
    if (remote == nullptr) return false;
    send(remote->replica,
         ForwardAnswer{remote->request, static_cast<std::uint32_t>(answer.error.value()),
                       answer.reply.token, answer.reply.bytes()});
    return true;
  });
}

void Answers::deliver() {
  std::swap(pending_, delivering_);
  std::swap(reads_, delivering_reads_);
  for (Answer& answer : delivering_) {
    if (auto* propose = std::get_if<detail::ProposeCompletion>(&answer.requester)) {
      call(*propose, answer.error, std::move(answer.reply));
    } else if (auto* session = std::get_if<detail::SessionCompletion>(&answer.requester)) {
      call(*session, answer.error, answer.reply);
    } else if (auto* settings = std::get_if<detail::SettingsCompletion>(&answer.requester)) {
      (*settings)(answer.error);
    }
  }
  delivering_.clear();
  for (ReadAnswer& answer : delivering_reads_) answer.done(answer.error);
  delivering_reads_.clear();
}

}  // namespace decree::replica

#include "paxos/output.h"

#include <utility>
#include <variant>

namespace decree::paxos {

bool Output::empty() const {
  return accepts.empty() && records.empty() && messages.empty() && fetches.empty();
}

void Output::swap(Output& other) noexcept {
  accepts.swap(other.accepts);
  records.swap(other.records);
  std::swap(lsn, other.lsn);
  messages.swap(other.messages);
  fetches.swap(other.fetches);
  values.swap(other.values);
  accepted.swap(other.accepted);
}

void Output::clear() {
  accepts.clear();
  records.clear();
  lsn = Lsn{};
  messages.clear();
  fetches.clear();
  values.clear();
  accepted.clear();
}

void Output::seal() {
  for (Outgoing& out : accepts) {
    std::get<Accept>(out.message).values = std::span(values).subspan(out.first, out.count);
  }
  for (Outgoing& out : messages) {
    if (auto* chosen = std::get_if<Chosen>(&out.message)) {
      chosen->values = std::span(values).subspan(out.first, out.count);
    } else if (auto* promise = std::get_if<Promise>(&out.message)) {
      promise->accepted = std::span(accepted).subspan(out.first, out.count);
    }
  }
}

}  // namespace decree::paxos

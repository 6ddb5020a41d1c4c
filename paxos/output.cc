#include "paxos/output.h"

#include <variant>

namespace decree::paxos {

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

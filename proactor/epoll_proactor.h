// A Proactor on epoll, for where io_uring is refused.
#ifndef DECREE_PROACTOR_EPOLL_PROACTOR_H_
#define DECREE_PROACTOR_EPOLL_PROACTOR_H_

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "proactor/proactor.h"

namespace decree::proactor {

class EpollProactor final : public Proactor {
 public:
  EpollProactor();

  void receive(int socket, std::span<std::byte> into, Operation& operation) override;
  void watch(int fd, Operation& operation) override;
  void start() override {}

 private:
  struct Wanted {
    std::span<std::byte> into;  // empty: a watch
    Operation* operation = nullptr;
  };

  void block(std::chrono::nanoseconds most) override;
  void dispatch() override;
  void readable(int fd);
  /// The next time that it is readable, once.
  void arm(int fd);

  UniqueFd epoll_;
  std::unordered_map<int, Wanted> wanted_;  // by descriptor
  std::array<epoll_event, 64> events_{};
  std::size_t ready_ = 0;  // of events_
};

}  // namespace decree::proactor

#endif  // DECREE_PROACTOR_EPOLL_PROACTOR_H_

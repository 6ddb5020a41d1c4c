// What gnuplot is told to draw of several systems.
#ifndef DECREE_BENCH_PEERS_PEER_PLOT_H_
#define DECREE_BENCH_PEERS_PEER_PLOT_H_

#include <string>
#include <vector>

#include "bench/peers/peer_report.h"

namespace decree::bench {

/// Latency and commits a second of each system, against how many commands are outstanding. `rows`
/// is not empty.
std::string peer_plot_script(const std::string& file, const std::vector<PeerRow>& rows);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PEERS_PEER_PLOT_H_

// decree-sim: simulates groups of replicas from seeds.
#include "decree/sim.h"
#include "sim/registers.h"

int main(int argc, char** argv) { return decree::sim::main(argc, argv, decree::sim::Registers()); }

#include <iostream>
#include <memory>

#include "base/cpu.h"
#include "base/parallel.h"
#include "command.h"
#include "device/gpus.h"
#include "doctor/doctor.h"
#include "experiment/build_info.h"
#include "experiment/device.h"

namespace elubench {
namespace {

constexpr const char* footer =
    "Each kernel against plain arithmetic in double precision, convolutions against LibTorch's, and whether "
    "training\n"
    "repeats its results to the bit; on a GPU also whether a recorded step (a CUDA graph) gives the bits of one "
    "that "
    "is\n"
    "run call by call, and whether training and evaluation agree with the processor's. Writes checkpoints into "
    "the "
    "folder for\n"
    "temporary files. Takes seconds.\n"
    "\n"
    "Examples:\n"
    "  elubench doctor\n"
    "  elubench doctor --device cpu";

struct DoctorOptions {
  std::string device = "auto";
  int threads = 0;
};

void print_machine() {
  const auto& build = experiment::build_info();
  std::cout << "elubench " << build.version << ", commit " << build.git_commit
            << (build.git_dirty ? ", sources changed" : "") << "; " << build.compiler << ", " << build.flags
            << "\nLibTorch " << build.libtorch << ", CUDA " << device::cuda_version() << ", cuDNN "
            << device::cudnn_version() << "\nprocessor: " << this_cpu().model << ", " << this_cpu().extensions
            << "; " << thread_count() << " threads\n";
  for (const auto& gpu : device::gpus()) {
    std::cout << "cuda:" << gpu.index << ": " << gpu.name << ", compute capability " << gpu.compute_capability
              << ", " << gpu.memory_bytes / 1000000000 << " GB, driver " << device::driver_version() << "\n";
  }
  if (const std::string why = device::why_no_gpu(); !why.empty()) std::cout << "no GPU: " << why << "\n";
}

int run_doctor(const DoctorOptions& options) {
  set_thread_count(options.threads);
  print_machine();
  const experiment::Device device = experiment::find_device(options.device);
  std::cout << "examined: " << device.name << " (" << device.description << ")\n";
  int checks = 0;
  int failures = 0;
  doctor::examine(device.name, [&](const doctor::Finding& finding) {
    ++checks;
    failures += finding.passed ? 0 : 1;
    std::cout << (finding.passed ? "ok      " : "FAILED  ") << finding.check << ": " << finding.detail
              << std::endl;
  });
  if (failures == 0) {
    std::cout << "all " << checks << " checks passed\n";
    return 0;
  }
  std::cout
      << failures << " of " << checks
      << " checks failed: results of this device cannot be trusted. Please open an issue of the project, with all "
         "of this output\nand that of `elubench doctor --device cpu`\n";
  return 1;
}

}  // namespace

void add_doctor_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App& command = *app.add_subcommand("doctor", "Whether everything computes as it should here");
  command.footer(footer);
  add_device_options(command, options->device, options->threads);
  command.callback([options, &action] { action = [options] { return run_doctor(*options); }; });
}

}  // namespace elubench

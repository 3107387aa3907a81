// Each kernel on the device against plain arithmetic on the processor, most of it in double precision.
#include <algorithm>
#include <array>
#include <cmath>
#include <variant>

#include "activation/table.h"
#include "base/error.h"
#include "device/value.h"
#include "doctor/check.h"
#include "kernel/gather_augment.h"
#include "kernel/momentum_update.h"
#include "kernel/pool_activation_dropout.h"
#include "kernel/softmax_cross_entropy.h"
#include "kernel/statistics.h"
#include "kernel/tensor_buffer.h"

namespace elubench::doctor {
namespace {

using kernel::buffer_of;

constexpr kernel::StepState step_state{.seed = 5, .iteration = 9, .learning_rate = 0.01};

// Images, channels last, with what pooling, activation and dropout make of them.
struct PoolCase {
  kernel::PoolGeometry geometry;
  double rate;
};

// The layers' channels, odd sides, and channels that are no multiple of four.
const std::vector<PoolCase>& pool_cases() {
  static const std::vector<PoolCase> all{
      {{2, 32, 192, true}, 0.0}, {{3, 7, 260, true}, 0.3},  {{2, 3, 100, true}, 0.5}, {{2, 5, 67, false}, 0.1},
      {{2, 8, 192, false}, 0.1}, {{2, 8, 260, false}, 0.3}, {{1, 1, 3, true}, 0.2}};
  return all;
}

struct PoolResult {
  at::Tensor y, x_gradient;  // double
  at::Tensor undecided;      // bool, like y: two pixels of the window are so near that rounding picks the winner
};

// The definition, one output after the other: the maximum over the window of f(x).
template <class F>
PoolResult textbook_pool(const F& f, const PoolCase& c, const at::Tensor& x, const at::Tensor& y_gradient) {
  const auto& g = c.geometry;
  const kernel::Dropout dropout{&step_state, 3, c.rate};
  const std::int64_t step = g.pool ? 2 : 1;
  const at::Tensor input = x.to(at::kDouble).contiguous(), gradient = y_gradient.to(at::kDouble).contiguous();
  PoolResult result{at::zeros_like(gradient), at::zeros_like(input), at::zeros(gradient.sizes(), at::kBool)};
  const double* in = input.const_data_ptr<double>();
  const auto at_pixel = [&](std::int64_t n, std::int64_t row, std::int64_t column, std::int64_t channel) {
    return ((n * g.side + row) * g.side + column) * g.channels + channel;
  };
  for (std::int64_t i = 0; i < gradient.numel(); ++i) {
    const std::int64_t channel = i % g.channels, column = i / g.channels % g.pooled_side();
    const std::int64_t row = i / g.channels / g.pooled_side() % g.pooled_side();
    const std::int64_t n = i / g.channels / g.pooled_side() / g.pooled_side();
    std::int64_t best = at_pixel(n, row * step, column * step, channel);
    for (std::int64_t k = 1; k < step * step; ++k) {
      const std::int64_t y = row * step + k / step, z = column * step + k % step;
      if (y >= g.side || z >= g.side) continue;
      const std::int64_t other = at_pixel(n, y, z, channel);
      const double difference = std::abs(f.value(in[other]) - f.value(in[best]));
      if (in[other] != in[best] && difference < 1e-5) result.undecided.data_ptr<bool>()[i] = true;
      if (f.value(in[other]) > f.value(in[best])) best = other;
    }
    const bool dropped = c.rate > 0 && dropout.stream().word(static_cast<std::uint64_t>(i)) < c.rate * 0x1p32;
    const double factor = dropped ? 0 : 1 / (1 - c.rate);
    result.y.data_ptr<double>()[i] = f.value(in[best]) * factor;
    result.x_gradient.data_ptr<double>()[best] =
        gradient.const_data_ptr<double>()[i] * factor * f.derivative(in[best]);
  }
  return result;
}

// The larger of two errors; not a number if one of them is not. keeps_winners: as a processor's first layer does.
double pool_error(const activation::Activation& activation, const PoolCase& c, at::ScalarType type,
                  at::Device device, bool keeps_winners) {
  const auto& g = c.geometry;
  const at::Tensor x = noise({g.batch, g.side, g.side, g.channels}, 1).to(type);
  at::Tensor gradient = noise({g.batch, g.pooled_side(), g.pooled_side(), g.channels}, 2).to(type);
  const auto textbook = [&](const auto& f) { return textbook_pool(f, c, x, gradient); };
  gradient = gradient.masked_fill(std::visit(textbook, activation).undecided, 0);
  const PoolResult expected = std::visit(textbook, activation);
  const device::Value<kernel::StepState> step(device, step_state);
  const kernel::Dropout dropout{step.data(), 3, c.rate};
  const at::Tensor on_device = x.to(device, type, false, true), y_gradient = gradient.to(device);
  const at::Tensor y = at::zeros_like(y_gradient);
  const at::Tensor winners = at::zeros_like(y), places = at::zeros_like(y, at::kByte);
  const kernel::PoolWinners kept{buffer_of(winners), places.data_ptr<std::uint8_t>()};
  const kernel::PoolWinners* const keeps = keeps_winners ? &kept : nullptr;
  kernel::pool_activation_dropout_forward(activation, g, dropout, buffer_of(on_device), buffer_of(y), keeps);
  if (keeps) on_device.fill_(7);  // the next slice's
  kernel::pool_activation_dropout_backward(activation, g, dropout, buffer_of(on_device), buffer_of(y_gradient),
                                           keeps);
  const double forward = relative_error(y, expected.y);
  const double backward = relative_error(on_device, expected.x_gradient);
  return forward > backward || std::isnan(forward) ? forward : backward;
}

std::string check_pools(at::Device device, at::ScalarType type) {
  double largest = 0;
  for (const auto& row : activation::table()) {
    const std::string name(row.name);
    for (const PoolCase& c : pool_cases()) {
      for (const bool keeps_winners : {false, true}) {
        if (keeps_winners && !device.is_cpu()) continue;
        const double error = pool_error(activation::parse(name), c, type, device, keeps_winners);
        largest = require_small(largest, error, tolerance_of(type),
                                name + ", " + std::to_string(c.geometry.channels) + " channels" +
                                    (keeps_winners ? ", winners kept" : ""));
      }
    }
  }
  return std::to_string(activation::table().size()) + " activations, " + error_text(largest);
}

// Of the first 30 rows, without a gradient; and of logits that are not all finite.
void require_loss_of_evaluation(const at::Tensor& logits, const at::Tensor& labels, double expected) {
  const at::Tensor before = logits.clone();
  const device::Value<kernel::LossTotals> totals(logits.device());
  const auto add = [&] {
    kernel::softmax_cross_entropy(buffer_of(logits), 100, 100, labels.const_data_ptr<std::int64_t>(), 30, 0,
                                  totals.data());
    return totals.read();
  };
  const kernel::LossTotals sums = add();
  require_small(0, std::abs(sums.loss - expected) / expected, 1e-6, "loss of the first rows");
  if (sums.images != 30) throw Error("it counts " + std::to_string(sums.images) + " images, not 30");
  if (!at::equal(logits, before)) throw Error("it changes logits whose gradient is not wanted");
  logits[29][7] = std::nan("");
  if (add().finite()) throw Error("it takes the loss of a logit that is not a number for a finite one");
}

std::string check_loss(at::Device device, at::ScalarType type) {
  const at::Tensor logits = noise({100, 100}, 3).mul(3).to(type);
  const at::Tensor labels = at::arange(100, at::kLong).mul(37).remainder(100);
  at::Tensor exact = logits.to(at::kDouble).requires_grad_();
  const at::Tensor loss = at::cross_entropy_loss(exact, labels, {}, at::Reduction::Sum);
  loss.backward();
  const at::Tensor on_device = logits.to(device, type, false, true), labels_on_device = labels.to(device);
  const device::Value<kernel::LossTotals> totals(device);
  kernel::softmax_cross_entropy(buffer_of(on_device), 100, 100, labels_on_device.const_data_ptr<std::int64_t>(),
                                100, 1, totals.data());
  const kernel::LossTotals sums = totals.read();
  if (sums.wrong != (exact.argmax(1) != labels).sum().item<std::int64_t>() || sums.images != 100) {
    throw Error("it counts " + std::to_string(sums.wrong) + " wrong of " + std::to_string(sums.images) +
                " images");
  }
  const double expected = loss.item<double>();
  double largest = require_small(0, std::abs(sums.loss - expected) / expected, 1e-6, "loss");
  largest = require_small(largest, relative_error(on_device, exact.grad()), tolerance_of(type), "gradient");
  require_loss_of_evaluation(
      logits.to(device, type, false, true), labels_on_device,
      at::cross_entropy_loss(exact.narrow(0, 0, 30), labels.narrow(0, 0, 30), {}, at::Reduction::Sum)
          .item<double>());
  return error_text(largest);
}

std::string check_update(at::Device device) {
  const std::int64_t count = 100003;
  const at::Tensor weight = noise({count}, 4), velocity = noise({count}, 5), gradient = noise({count}, 6);
  const at::Tensor v =
      0.9 * velocity.to(at::kDouble) + 0.01 * (gradient.to(at::kDouble) + 0.0005 * weight.to(at::kDouble));
  const at::Tensor w = weight.to(at::kDouble) - v;
  const auto copied = [&](const at::Tensor& tensor) { return tensor.to(device, at::kFloat, false, true); };
  const at::Tensor weights = copied(weight), velocities = copied(velocity), gradients = copied(gradient);
  const at::Tensor copy = at::zeros({count}, weights.options().dtype(at::kBFloat16));
  const device::Value<kernel::StepState> step(device, step_state);
  const device::Value<kernel::LossTotals> totals(device);
  kernel::momentum_update({0.9, 0.0005}, step.data(), totals.data(), count, buffer_of(weights),
                          buffer_of(velocities), buffer_of(gradients), buffer_of(copy));
  const device::Value<kernel::Breakpoint> schedule(device, {0, 0.02});
  kernel::advance({schedule.data(), 1}, totals.data(), step.data(), buffer_of(weights).device);
  if (step.read().iteration != step_state.iteration + 1 || step.read().learning_rate != 0.02) {
    throw Error("the iteration or its learning rate is wrong after a step");
  }
  double largest = require_small(0, relative_error(weights, w), 1e-6, "weights");
  largest = require_small(largest, relative_error(velocities, v), 1e-6, "velocities");
  require_small(0, relative_error(copy, weights), 1e-2, "bfloat16 copy");

  const device::Value<kernel::LossTotals> diverged(device, {.loss = std::nan(""), .wrong = 0, .images = 0});
  const std::array changed{weights, velocities, copy};
  std::vector<at::Tensor> before;
  for (const at::Tensor& tensor : changed) before.push_back(tensor.clone());
  kernel::momentum_update({0.9, 0.0005}, step.data(), diverged.data(), count, buffer_of(weights),
                          buffer_of(velocities), buffer_of(gradients), buffer_of(copy));
  kernel::advance({schedule.data(), 1}, diverged.data(), step.data(), buffer_of(weights).device);
  bool goes_on = step.read().iteration != step_state.iteration + 1;
  for (std::size_t i = 0; i < changed.size(); ++i) goes_on = goes_on || !at::equal(changed[i], before[i]);
  if (goes_on) throw Error("it goes on after a loss that is not finite");
  return error_text(largest);
}

std::string check_gather(at::Device device, at::ScalarType type) {
  const std::int64_t images = 50, batch = 64;  // a batch that spans two epochs
  const at::Tensor pixels = noise({images, 32, 32, 3}, 7), labels = at::arange(images, at::kLong);
  const at::Tensor orders = at::stack({at::arange(images, at::kLong).flip(0), labels, labels.roll(7)});
  const at::Tensor padded = at::constant_pad_nd(pixels, {0, 0, 4, 4, 4, 4});
  const at::Tensor p = pixels.to(device), l = labels.to(device), o = orders.to(device);
  const at::Tensor out = at::zeros({batch, 32, 32, 3}, p.options().dtype(type));
  const at::Tensor out_labels = at::zeros({batch}, l.options());
  const kernel::ImageSet set{{32, 3}, images, p.const_data_ptr<float>(), l.const_data_ptr<std::int64_t>()};
  const auto require = [&](std::int64_t j, std::int64_t image, const kernel::Crop& crop) {
    at::Tensor expected = padded[image].narrow(0, crop.top, 32).narrow(1, crop.left, 32).to(type);
    if (crop.flip) expected = expected.flip(1);
    if (!at::equal(out[j].cpu(), expected) || out_labels[j].item<std::int64_t>() != image) {
      throw Error("place " + std::to_string(j) + " of the batch holds another image or crop");
    }
  };
  const device::Value<kernel::StepState> step(device, step_state);
  for (const bool augment : {true, false}) {
    kernel::gather_training_batch(set, {o.const_data_ptr<std::int64_t>(), 3}, step.data(), augment, batch,
                                  buffer_of(out), out_labels.mutable_data_ptr<std::int64_t>());
    for (std::int64_t j = 0; j < batch; ++j) {
      const std::int64_t position = step_state.iteration * batch + j;
      const std::int64_t image = orders[position / images % 3][position % images].item<std::int64_t>();
      const kernel::Crop drawn = kernel::draw_crop({5, random::Purpose::augmentation, 0, 9}, j);
      require(j, image, augment ? drawn : kernel::whole_image);
    }
  }
  kernel::gather_in_order(set, 10, batch, buffer_of(out), out_labels.mutable_data_ptr<std::int64_t>());
  for (std::int64_t j = 0; j < batch; ++j) require(j, std::min(10 + j, images - 1), kernel::whole_image);
  return "every bit";
}

std::string check_statistics(at::Device device) {
  at::Tensor x = noise({5000, 130}, 8);
  x.select(1, 3).fill_(-2);
  const at::Tensor on_device = x.to(device);
  kernel::ActivationTotals totals;
  kernel::add_activation_totals(activation::Relu{}, buffer_of(on_device), 5000, 130, totals);
  const at::Tensor f = at::relu(x.to(at::kDouble));
  const double sum = f.sum().item<double>(), squares = f.square().sum().item<double>();
  double largest = require_small(0, std::abs(totals.sum - sum) / sum, 1e-9, "sum");
  largest = require_small(largest, std::abs(totals.sum_of_squares - squares) / squares, 1e-9, "sum of squares");
  const double all = x.to(at::kDouble).square().sum().item<double>();
  largest = require_small(largest, std::abs(kernel::sum_of_squares(buffer_of(on_device), x.numel()) - all) / all,
                          1e-9, "sum of squares of a buffer");
  for (std::size_t c = 0; c < 130; ++c) {
    if (totals.alive[c] == (c == 3)) throw Error("it takes a live channel for a dead one, or the reverse");
  }
  return error_text(largest);
}

}  // namespace

std::vector<Check> kernel_checks() {
  std::vector<Check> checks;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    checks.push_back({std::string("gather and augment, ") + name_of(type),
                      [type](at::Device device) { return check_gather(device, type); }});
    checks.push_back({std::string("pool, activation and dropout, ") + name_of(type),
                      [type](at::Device device) { return check_pools(device, type); }});
    checks.push_back({std::string("softmax and cross-entropy, ") + name_of(type),
                      [type](at::Device device) { return check_loss(device, type); }});
  }
  checks.push_back({"momentum update", check_update});
  checks.push_back({"statistics", check_statistics});
  return checks;
}

}  // namespace elubench::doctor

#include "convolution/onednn_primitives.h"

#include <dnnl.hpp>
#include <optional>
#include <unordered_map>

#include "convolution/onednn_implementation.h"

namespace elubench::convolution {
namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

// What does not change between the passes.
struct Sizes {
  memory::dims input, weight, bias, output, stride, padding_begin, padding_end;

  explicit Sizes(const Geometry& g)
      : input{g.batch, g.in_channels, g.in_side, g.in_side},
        weight{g.out_channels, g.in_channels, g.receptive_field, g.receptive_field},
        bias{g.out_channels},
        output{g.batch, g.out_channels, g.out_side, g.out_side},
        stride{1, 1},
        padding_begin{g.padding_begin, g.padding_begin},
        padding_end{g.padding_end, g.padding_end} {}
};

// Memory that somebody else owns, set anew before each call.
memory borrowed(const memory::desc& layout, const dnnl::engine& engine) { return memory(layout, engine, nullptr); }

void point_to(memory& to, const void* data) { to.set_data_handle(const_cast<void*>(data)); }

// For any thread, not just the one that makes the primitive: its working memory comes with its arguments.
dnnl::primitive_attr attributes_for_any_thread() {
  dnnl::primitive_attr attributes = strict_attributes();
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

// Brings weights from or to the layout that a primitive prefers. Where that is the plain one, nothing is copied.
class Relayout {
 public:
  Relayout(const memory::desc& from, const memory::desc& to, const memory& shared, bool shared_is_from,
           const dnnl::engine& engine)
      : needed_(from != to), other_(needed_ ? memory(shared_is_from ? to : from, engine) : shared) {
    if (!needed_) return;
    const dnnl::reorder::primitive_desc descriptor(engine, from, engine, to, attributes_for_any_thread());
    reorder_ = dnnl::reorder(descriptor);
    arguments_ = {{DNNL_ARG_FROM, shared_is_from ? shared : other_},
                  {DNNL_ARG_TO, shared_is_from ? other_ : shared},
                  {DNNL_ARG_SCRATCHPAD, memory(descriptor.scratchpad_desc(), engine)}};
  }
  // The side that the primitive sees.
  const memory& other() const { return other_; }
  void run(dnnl::stream& stream) {
    if (needed_) reorder_.execute(stream, arguments_);
  }

 private:
  bool needed_;
  memory other_;
  dnnl::reorder reorder_;
  Arguments arguments_;
};

class Primitives : public OneDnnPrimitives {
 public:
  Primitives(const Geometry& geometry, memory::data_type element)
      : stream_(engine_),
        sizes_(geometry),
        images_in_(sizes_.input, element, memory::format_tag::nhwc),
        images_out_(sizes_.output, element, memory::format_tag::nhwc),
        plain_weight_(sizes_.weight, element, memory::format_tag::ohwi),
        plain_gradient_(sizes_.weight, memory::data_type::f32, memory::format_tag::ohwi),
        any_weight_(sizes_.weight, element, memory::format_tag::any),
        bias_(sizes_.bias, element, memory::format_tag::x),
        bias_gradient_(sizes_.bias, memory::data_type::f32, memory::format_tag::x) {
    make_forward();
    make_weight_gradient();
    make_input_gradient();
  }

  // Whether one of the three passes has no better implementation than the reference.
  bool has_reference() const { return has_reference_; }

  void forward(const void* input, const void* weight, const void* bias, void* output) override {
    point_to(forward_arguments_.at(DNNL_ARG_SRC), input);
    point_to(forward_arguments_.at(DNNL_ARG_BIAS), bias);
    point_to(forward_arguments_.at(DNNL_ARG_DST), output);
    point_to(weight_, weight);
    forward_weight_->run(stream_);
    forward_.execute(stream_, forward_arguments_);
    stream_.wait();
  }

  void parameter_gradient(const void* input, const void* output_gradient, float* weight_gradient,
                          float* bias_gradient) override {
    point_to(weight_gradient_arguments_.at(DNNL_ARG_SRC), input);
    point_to(weight_gradient_arguments_.at(DNNL_ARG_DIFF_DST), output_gradient);
    point_to(weight_gradient_arguments_.at(DNNL_ARG_DIFF_BIAS), bias_gradient);
    point_to(gradient_, weight_gradient);
    weight_gradient_.execute(stream_, weight_gradient_arguments_);
    gradient_relayout_->run(stream_);
    stream_.wait();
  }

  void input_gradient(const void* output_gradient, const void* weight, void* input_gradient) override {
    point_to(input_gradient_arguments_.at(DNNL_ARG_DIFF_DST), output_gradient);
    point_to(input_gradient_arguments_.at(DNNL_ARG_DIFF_SRC), input_gradient);
    point_to(weight_, weight);
    input_gradient_weight_->run(stream_);
    input_gradient_.execute(stream_, input_gradient_arguments_);
    stream_.wait();
  }

 private:
  static constexpr auto algorithm = dnnl::algorithm::convolution_direct;

  template <class Descriptor>
  void note(const Descriptor& descriptor) {
    has_reference_ = has_reference_ || is_reference(descriptor);
  }

  template <class Descriptor>
  memory scratchpad_of(const Descriptor& descriptor) const {
    return memory(descriptor.scratchpad_desc(), engine_);
  }

  void make_forward() {
    forward_descriptor_ = dnnl::convolution_forward::primitive_desc(
        engine_, dnnl::prop_kind::forward_training, algorithm, images_in_, any_weight_, bias_, images_out_,
        sizes_.stride, sizes_.padding_begin, sizes_.padding_end, attributes_for_any_thread());
    note(forward_descriptor_);
    forward_ = dnnl::convolution_forward(forward_descriptor_);
    weight_ = borrowed(plain_weight_, engine_);
    forward_weight_.emplace(plain_weight_, forward_descriptor_.weights_desc(), weight_, true, engine_);
    forward_arguments_ = {{DNNL_ARG_SRC, borrowed(images_in_, engine_)},
                          {DNNL_ARG_WEIGHTS, forward_weight_->other()},
                          {DNNL_ARG_BIAS, borrowed(bias_, engine_)},
                          {DNNL_ARG_DST, borrowed(images_out_, engine_)},
                          {DNNL_ARG_SCRATCHPAD, scratchpad_of(forward_descriptor_)}};
  }

  void make_weight_gradient() {
    const memory::desc any_gradient(sizes_.weight, memory::data_type::f32, memory::format_tag::any);
    const dnnl::convolution_backward_weights::primitive_desc descriptor(
        engine_, algorithm, images_in_, any_gradient, bias_gradient_, images_out_, sizes_.stride,
        sizes_.padding_begin, sizes_.padding_end, forward_descriptor_, attributes_for_any_thread());
    note(descriptor);
    weight_gradient_ = dnnl::convolution_backward_weights(descriptor);
    gradient_ = borrowed(plain_gradient_, engine_);
    gradient_relayout_.emplace(descriptor.diff_weights_desc(), plain_gradient_, gradient_, false, engine_);
    weight_gradient_arguments_ = {{DNNL_ARG_SRC, borrowed(images_in_, engine_)},
                                  {DNNL_ARG_DIFF_DST, borrowed(images_out_, engine_)},
                                  {DNNL_ARG_DIFF_WEIGHTS, gradient_relayout_->other()},
                                  {DNNL_ARG_DIFF_BIAS, borrowed(bias_gradient_, engine_)},
                                  {DNNL_ARG_SCRATCHPAD, scratchpad_of(descriptor)}};
  }

  void make_input_gradient() {
    const dnnl::convolution_backward_data::primitive_desc descriptor(
        engine_, algorithm, images_in_, any_weight_, images_out_, sizes_.stride, sizes_.padding_begin,
        sizes_.padding_end, forward_descriptor_, attributes_for_any_thread());
    note(descriptor);
    input_gradient_ = dnnl::convolution_backward_data(descriptor);
    input_gradient_weight_.emplace(plain_weight_, descriptor.weights_desc(), weight_, true, engine_);
    input_gradient_arguments_ = {{DNNL_ARG_DIFF_DST, borrowed(images_out_, engine_)},
                                 {DNNL_ARG_WEIGHTS, input_gradient_weight_->other()},
                                 {DNNL_ARG_DIFF_SRC, borrowed(images_in_, engine_)},
                                 {DNNL_ARG_SCRATCHPAD, scratchpad_of(descriptor)}};
  }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_;
  Sizes sizes_;
  memory::desc images_in_, images_out_, plain_weight_, plain_gradient_, any_weight_, bias_, bias_gradient_;
  bool has_reference_ = false;

  memory weight_, gradient_;  // the caller's, in the plain layout
  dnnl::convolution_forward::primitive_desc forward_descriptor_;
  dnnl::convolution_forward forward_;
  dnnl::convolution_backward_weights weight_gradient_;
  dnnl::convolution_backward_data input_gradient_;
  std::optional<Relayout> forward_weight_, gradient_relayout_, input_gradient_weight_;
  Arguments forward_arguments_, weight_gradient_arguments_, input_gradient_arguments_;
};

}  // namespace

std::unique_ptr<OneDnnPrimitives> make_onednn_primitives(const Geometry& geometry, kernel::Element element) {
  return make_unless_reference<Primitives>(geometry, type_of(element));
}

std::string onednn_version() {
  const dnnl::version_t* version = dnnl::version();
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

}  // namespace elubench::convolution

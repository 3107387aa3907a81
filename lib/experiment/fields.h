// The field table: every key of recipes and of run.toml, declared once with its section, member, rule and comment.
// A visitor goes over it to read (toml_reader.h), to write and to compare (toml_writer.h). A visitor has
//   section(name)                            what follows belongs to [name]
//   operator()(key, member, rule, comment)
#pragma once

#include <string>
#include <string_view>

#include "activation/table.h"
#include "data/table.h"
#include "experiment/recipe.h"
#include "experiment/rule.h"
#include "network/table.h"
#include "train/specification.h"

namespace elubench::experiment {

inline std::string canonical_activation(std::string_view text) {
  return activation::to_text(activation::parse(text));
}
inline std::string canonical_network(std::string_view text) {
  return std::string(network::find_network(text).name);
}
inline std::string canonical_data_set(std::string_view text) { return data::canonical_set(text); }

template <class Visitor, class Data>
void visit_data(Visitor& visit, Data& data) {
  visit.section("data");
  visit("set", data.set, Named{canonical_data_set},
        "cifar-100 | cifar-10 | synthetic(train_images=4000, ...): elubench list datasets");
  visit("preprocessing", data.preprocessing, Any{}, "gcn-zca | standardize | none (uint8 / 255)");
  visit("augment", data.augment, Any{}, "pad 4, random 32x32 crop, horizontal flip");
  visit("limit", data.limit, at_least(0),
        "train on the first N images; 0: all. Whitening is always fitted on all");
  visit("validation", data.validation, at_least(0),
        "hold out the last N training images; evaluated as split `validation`");
}

template <class Visitor, class Network>
void visit_network(Visitor& visit, Network& network) {
  visit.section("network");
  visit("name", network.name, Named{canonical_network}, "elubench list networks");
  visit("width", network.width, more_than_and_at_most(0, 64), "multiplies hidden units, rounded, at least 1");
  visit("init", network.initialization, Any{}, "lecun_normal | he_normal | xavier_uniform | libtorch");
  visit("even_padding", network.even_padding, Any{}, "for receptive field 2: none | same | both");
  visit("final_activation", network.final_activation, Any{}, "an activation after the last convolution");
  visit("dropout", network.dropout, from_and_below(0, 1),
        "true: the network's own rates; false; or [[iteration, [a rate a stack]], ...]");
  visit("dropout_place", network.dropout_place, AnyYounger{}, "of a stack's last layer: after_pool | before_pool");
}

// `precision` is the recipe's choice (fp32 | bf16 | auto), or the run's (fp32 | bf16).
template <class Visitor, class Train, class Precision>
void visit_train(Visitor& visit, Train& train, Precision& precision) {
  visit.section("train");
  visit("batch_size", train.batch_size, from_to(1, 1e6), "images an update");
  visit("iterations", train.iterations, from_to(0, 2e9),
        "updates; 0 is valid: initial weights and their test error");
  visit("learning_rate", train.learning_rate, at_least(0), "[[from iteration, rate], ...]");
  visit("momentum", train.momentum, from_and_below(0, 1), "");
  visit("weight_decay", train.weight_decay, at_least(0), "L2: added to the gradient, times the weight");
  visit("precision", precision, Any{},
        "fp32 (IEEE: TF32 off) | bf16 (fp32 master weights) | in recipes also auto");
  visit("test_every", train.test_every, at_least(1), "iterations");
  visit("log_every", train.log_every, at_least(1), "a training row every so many iterations");
  visit("checkpoint_every", train.checkpoint_every, at_least(1),
        "iterations; does not change what a run computes; on a GPU at most every ten seconds");
}

template <class Visitor, class AnyRecipe>
void visit_recipe(Visitor& visit, AnyRecipe& recipe) {
  visit.section("");
  visit("title", recipe.title, Any{}, "");
  visit("reference", recipe.reference, Any{},
        "what the report draws beside ours: curves under results/paper/, or a path to another experiment");
  visit_data(visit, recipe.common.data);
  visit_network(visit, recipe.common.network);
  visit_train(visit, recipe.common, recipe.precision);
  visit.section("compare");
  visit("activations", recipe.compare.activations, Named{canonical_activation}, "elubench list activations");
  visit("batch_norm", recipe.compare.batch_norm, Any{}, "without, with, or both");
  visit("seeds", recipe.compare.seeds, at_least(0),
        "the same seed has the same initial weights for every activation");
  visit("baseline", recipe.compare.baseline, Named{canonical_activation}, "what the others are compared with");
}

template <class Visitor, class Specification>
void visit_specification(Visitor& visit, Specification& specification) {
  visit.section("run");
  visit("activation", specification.activation, Named{canonical_activation}, "");
  visit("batch_norm", specification.batch_norm, Any{}, "before the activation");
  visit("seed", specification.seed, at_least(0), "");
  visit_data(visit, specification.data);
  visit_network(visit, specification.network);
  visit_train(visit, specification, specification.precision);
}

}  // namespace elubench::experiment

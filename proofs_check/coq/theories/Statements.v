(** * What the claims say

    A definition for each claim that is a theorem, and no proofs.  [Claims.v], or a file whose name begins like this,
    proves each: there is a theorem of the same name whose statement is the definition.

    A definition is made from the claim's data by [proofs_check/coq/statements.py], or compared with them: of a closed
    form and of an identity for a maximum all of it; of others the quantities, the hypotheses, and the conclusion as it
    stands in the comment.  The conclusion in Coq is written by hand, for a reader to compare with that in the comment.
    Tables, and the data that tell a claim from statements close to it, are no part of the definition; where they are
    long there is a digest.

    The words: [achievable_on_cube d R E], [achievable_relative d R E], [least_error], [residual] and others are
    defined in [Classes.v]; that coefficients are optimal, [optimal_cube] and [optimal_range], in [Optimal.v];
    [approximates], the approximation of the indicator of z = d on 0..d by the C(z,r), in [Duality.v]; [sorted_by] and
    [spacing] in [Reduction.v]; [max_by_images], which sums over the different images of forms, [times] and [M] in
    [Images.v]; [chebyshev], the polynomial T_n, in [Chebyshev.v]; [least_number] in [ExponentialWidth.v];
    [linear_mean], [products_defined], [least_mean_square], [residual_at] and [combination_of] in [LeastSquares.v];
    [target_achievable], [target_achievable_01] and [target_achievable_relative] in [OtherTargets.v]; [set_function],
    [at_set], [phi] and [place_power] in [SetFunctions.v]; [uniform_mean], the integral over the cube, and
    [complete_symmetric] in [SpacingMoments.v]; [b_spline], [integral_over_knots] and [sorted_values] in
    [SplineMoments.v]; [uniform_probability] and [beta_probability] in [ResidualBeta.v]; [mu], [coefficients_of_exp]
    and [staircase] in [TwoLayersAlgebra.v]; [in_forests] in [Forests.v]; the coefficients of forests in
    [ForestFormula.v] and [ForestSizes.v]; [form_value] in [TwoLayerForms.v]; families of subsets, their lattices and
    the [moebius] function in [UnionClosed.v]; [decreasing], [sum_of_largest] and [larger] in [Merging.v]; networks as
    functions, and as data with rational weights, in [NetworkDepth.v] and [Networks.v]. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Classes Optimal Duality Reduction Images.
From Subpool Require Import Chebyshev ExponentialWidth LeastSquares OtherTargets SetFunctions TwoLayersAlgebra.
From Subpool Require Import SpacingMoments SplineMoments ResidualBeta UnionClosed.
From Subpool Require Merging NetworkDepth Networks TwoLayerForms Forests ForestFormula ForestSizes.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** A nonempty set of orders out of 0..d. *)
Definition set_of_orders (d : nat) (R : seq nat) : Prop :=
  [/\ uniq R, R <> [::] & forall r, r \in R -> (r <= d)%N].

(** The number of subpool maxima of the orders. *)
Definition terms (d : nat) (R : seq nat) : nat := \sum_(r <- R) 'C(d, r).

(** Claim closed-form-intercept, tight, d >= 2. *)
Definition closed_form_intercept : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N]
    (fun k : nat => 2%:R^-1)
    (2%:R^-1).

(** Claim closed-form-mean, tight, d >= 2. *)
Definition closed_form_mean : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N; 1%N]
    (fun k : nat => if k == 0%N then (d%:R - 1) / (2%:R * d%:R)
    else 1)
    ((d%:R - 1) / (2%:R * d%:R)).

(** Claim closed-form-single, tight, d >= 2. *)
Definition closed_form_single : Prop :=
  forall (F : realFieldType) (d r : nat),
  (1 <= r)%N -> (r + 1 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N; r]
    (fun k : nat => if k == 0%N then (d%:R - r%:R) / (2%:R * d%:R)
    else 1)
    ((d%:R - r%:R) / (2%:R * d%:R)).

(** Claim closed-form-full, tight, d >= 2. *)
Definition closed_form_full : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  optimal_cube F d (0%N :: iota 1 (d - 1))
    (fun k : nat => if k == 0%N then (2%:R ^+ d)^-1
    else - (((- 1) / 2%:R) ^+ (d - k) * 'C(d, k)%:R))
    ((2%:R ^+ d)^-1).

(** Claim closed-form-top, tight, d >= 2. *)
Definition closed_form_top : Prop :=
  forall (F : realFieldType) (d j : nat),
  (1 <= j)%N -> (j + 1 <= d)%N -> (* then *)
  optimal_cube F d (0%N :: iota (d - j) j)
    (fun k : nat => if k == 0%N then (2%:R * (\sum_(0 <= i < j.+1) 'C(d - 1, i)%:R))^-1
    else (- 1) ^+ (d + k - 1) * ('C(k - 1, d - j - 1)%:R + \sum_((d - j) <= i < k.+1) 'C(k, i)%:R) * 'C(d, k)%:R /
      (2%:R * (\sum_(0 <= i < j.+1) 'C(d - 1, i)%:R)))
    ((2%:R * (\sum_(0 <= i < j.+1) 'C(d - 1, i)%:R))^-1).

(** Claim closed-form-bare-single, tight, d >= 2. *)
Definition closed_form_bare_single : Prop :=
  forall (F : realFieldType) (d r : nat),
  (1 <= r)%N -> (r + 1 <= d)%N -> (* then *)
  optimal_cube F d [:: r]
    (fun k : nat => (1 - (d%:R - r%:R) / (2%:R * d%:R))^-1)
    ((2%:R * d%:R / (d%:R - r%:R) - 1)^-1).

(** Claim closed-form-bare-full, tight, d >= 2. *)
Definition closed_form_bare_full : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  optimal_cube F d (iota 1 (d - 1))
    (fun k : nat => (- (((- 1) / 2%:R) ^+ (d - k) * 'C(d, k)%:R)) / (1 - (2%:R ^+ d)^-1))
    ((2%:R ^+ d - 1)^-1).

(** Claim closed-form-bare-top, tight, d >= 2. *)
Definition closed_form_bare_top : Prop :=
  forall (F : realFieldType) (d j : nat),
  (1 <= j)%N -> (j + 1 <= d)%N -> (* then *)
  optimal_cube F d (iota (d - j) j)
    (fun k : nat => (- 1) ^+ (d + k - 1) * ('C(k - 1, d - j - 1)%:R + \sum_((d - j) <= i < k.+1) 'C(k, i)%:R) * 'C(d,
      k)%:R / (2%:R * (1 - (2%:R * (\sum_(0 <= i < j.+1) 'C(d - 1, i)%:R))^-1) * (\sum_(0 <= i < j.+1) 'C(d - 1,
      i)%:R)))
    ((2%:R * (\sum_(0 <= i < j.+1) 'C(d - 1, i)%:R) - 1)^-1).

(** Claim closed-form-range-full, tight, d >= 2. *)
Definition closed_form_range_full : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  optimal_range F d (iota 1 (d - 1))
    (fun k : nat => (- 1) ^+ (d + k - 1) * (2%:R ^+ k - 1) * 'C(d, k)%:R / (2%:R ^+ d - 2%:R))
    ((2%:R ^+ d - 2%:R)^-1).

(** Claim closed-form-range-top, tight, d >= 2. *)
Definition closed_form_range_top : Prop :=
  forall (F : realFieldType) (d j : nat),
  (1 <= j)%N -> (j + 1 <= d)%N -> (* then *)
  optimal_range F d (iota (d - j) j)
    (fun k : nat => (- 1) ^+ (d + k - 1) * 'C(d, k)%:R * (\sum_((d - j) <= i < k.+1) 'C(k, i)%:R) / (\sum_(0 <= i <
      j.+1) 'C(d, i)%:R - 1))
    ((\sum_(0 <= i < j.+1) 'C(d, i)%:R - 1)^-1).

(** Claim closed-form-bare-full-but-last, tight, d >= 3. *)
Definition closed_form_bare_full_but_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (3 <= d)%N -> (* then *)
  optimal_cube F d (iota 1 (d - 2))
    (fun k : nat => (- 1) ^+ (d + k) * ((2%:R^-1 - (- 1) ^+ d / 2%:R) * 'C(k, d %/ 2)%:R + 2%:R * (\sum_(0 <= i < (d
      %/ 2 - 1).+1) 'C(k, i)%:R) - 2%:R ^+ k) * 'C(d, k)%:R / ((1 - 'C(d, d %/ 2)%:R^-1) * 'C(d, d %/ 2)%:R))
    (('C(d, d %/ 2)%:R - 1)^-1).

(** Claim closed-form-full-but-last, tight, d >= 2. *)
Definition closed_form_full_but_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  optimal_cube F d (0%N :: iota 1 (d - 2))
    (fun k : nat => if k == 0%N then 'C(d, d %/ 2)%:R^-1
    else (- 1) ^+ (d + k) * ((2%:R^-1 - (- 1) ^+ d / 2%:R) * 'C(k, d %/ 2)%:R + 2%:R * (\sum_(0 <= i < (d %/ 2 -
      1).+1) 'C(k, i)%:R) - 2%:R ^+ k) * 'C(d, k)%:R / 'C(d, d %/ 2)%:R)
    ('C(d, d %/ 2)%:R^-1).

(** Claim closed-form-bare-mean, tight, d >= 2. *)
Definition closed_form_bare_mean : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  optimal_cube F d [:: 1%N]
    (fun k : nat => (1 - (d%:R - 1) / (2%:R * d%:R))^-1)
    ((2%:R * d%:R / (d%:R - 1) - 1)^-1).

(** Claim closed-form-bare-mean-and-last, tight, d >= 3. *)
Definition closed_form_bare_mean_and_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (3 <= d)%N -> (* then *)
  optimal_cube F d [:: 1%N; (d - 1)%N]
    (fun k : nat => if k == 1%N then (- d%:R) / ((1 - (2%:R * d%:R + 2%:R)^-1) * (d%:R - 2%:R) * (d%:R + 1))
    else d%:R * (d%:R - 1) / ((1 - (2%:R * d%:R + 2%:R)^-1) * (d%:R - 2%:R) * (d%:R + 1)))
    ((2%:R * d%:R + 1)^-1).

(** Claim closed-form-mean-and-last, tight, d >= 3. *)
Definition closed_form_mean_and_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (3 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N; 1%N; (d - 1)%N]
    (fun k : nat => if k == 0%N then (2%:R * d%:R + 2%:R)^-1
    else if k == 1%N then (- d%:R) / ((d%:R - 2%:R) * (d%:R + 1))
    else d%:R * (d%:R - 1) / ((d%:R - 2%:R) * (d%:R + 1)))
    ((2%:R * d%:R + 2%:R)^-1).

(** Claim closed-form-range-mean-and-last, tight, d >= 3. *)
Definition closed_form_range_mean_and_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (3 <= d)%N -> (* then *)
  optimal_range F d [:: 1%N; (d - 1)%N]
    (fun k : nat => if k == 1%N then (- 1) / (2%:R * d%:R - 4%:R)
    else (2%:R * d%:R - 3%:R) / (2%:R * d%:R - 4%:R))
    ((2%:R * d%:R)^-1).

(** Claim closed-form-bare-mean-and-last-two, tight, d >= 4. *)
Definition closed_form_bare_mean_and_last_two : Prop :=
  forall (F : realFieldType) (d : nat),
  (4 <= d)%N -> (* then *)
  optimal_cube F d [:: 1%N; (d - 2)%N; (d - 1)%N]
    (fun k : nat => if k == 1%N then 2%:R / (d%:R * (1 - (d%:R ^+ 2)^-1) * (d%:R - 3%:R))
    else if k == (d - 2)%N then (- (1 + 2%:R / (d%:R * (d%:R - 3%:R)))) / (1 - (d%:R ^+ 2)^-1)
    else 2%:R / (1 - (d%:R ^+ 2)^-1))
    ((d%:R ^+ 2 - 1)^-1).

(** Claim closed-form-mean-and-last-two, tight, d >= 4. *)
Definition closed_form_mean_and_last_two : Prop :=
  forall (F : realFieldType) (d : nat),
  (4 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N; 1%N; (d - 2)%N; (d - 1)%N]
    (fun k : nat => if k == 0%N then (d%:R ^+ 2)^-1
    else if k == 1%N then 2%:R / (d%:R * (d%:R - 3%:R))
    else if k == (d - 2)%N then - (1 + 2%:R / (d%:R * (d%:R - 3%:R)))
    else 2%:R)
    ((d%:R ^+ 2)^-1).

(** Claim closed-form-bare-mean-and-second-last, tight, d >= 4. *)
Definition closed_form_bare_mean_and_second_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (4 <= d)%N -> (* then *)
  optimal_cube F d [:: 1%N; (d - 2)%N]
    (fun k : nat => if k == 1%N then (- (2%:R * d%:R)) / ((1 - (d%:R + 2%:R)^-1) * (d%:R - 3%:R) * (d%:R + 2%:R))
    else d%:R * (d%:R - 1) / ((1 - (d%:R + 2%:R)^-1) * (d%:R - 3%:R) * (d%:R + 2%:R)))
    ((d%:R + 1)^-1).

(** Claim closed-form-mean-and-second-last, tight, d >= 4. *)
Definition closed_form_mean_and_second_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (4 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N; 1%N; (d - 2)%N]
    (fun k : nat => if k == 0%N then (d%:R + 2%:R)^-1
    else if k == 1%N then (- (2%:R * d%:R)) / ((d%:R - 3%:R) * (d%:R + 2%:R))
    else d%:R * (d%:R - 1) / ((d%:R - 3%:R) * (d%:R + 2%:R)))
    ((d%:R + 2%:R)^-1).

(** Claim closed-form-bare-mean-last-third-last, tight, d >= 5. *)
Definition closed_form_bare_mean_last_third_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (5 <= d)%N -> (* then *)
  optimal_cube F d [:: 1%N; (d - 3)%N; (d - 1)%N]
    (fun k : nat => if k == 1%N then 3%:R / ((1 - 3%:R / (2%:R * d%:R * (d%:R + 1))) * (d%:R - 4%:R) * (d%:R + 1))
    else if k == (d - 3)%N then (1 - d%:R) * (d%:R - 2%:R) / ((1 - 3%:R / (2%:R * d%:R * (d%:R + 1))) * (d%:R - 4%:R)
      * (2%:R * d%:R + 2%:R))
    else 3%:R / (2%:R - 3%:R / (d%:R * (d%:R + 1))))
    ((2%:R * d%:R * (d%:R + 1) / 3%:R - 1)^-1).

(** Claim closed-form-mean-last-third-last, tight, d >= 5. *)
Definition closed_form_mean_last_third_last : Prop :=
  forall (F : realFieldType) (d : nat),
  (5 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N; 1%N; (d - 3)%N; (d - 1)%N]
    (fun k : nat => if k == 0%N then 3%:R / (2%:R * d%:R * (d%:R + 1))
    else if k == 1%N then 3%:R / ((d%:R - 4%:R) * (d%:R + 1))
    else if k == (d - 3)%N then (1 - d%:R) * (d%:R - 2%:R) / ((d%:R - 4%:R) * (2%:R * d%:R + 2%:R))
    else 3%:R / 2%:R)
    (3%:R / (2%:R * d%:R * (d%:R + 1))).

(** Claim closed-form-bare-order-and-top, tight, d >= 3. *)
Definition closed_form_bare_order_and_top : Prop :=
  forall (F : realFieldType) (d r j : nat),
  (1 <= r)%N -> (1 <= j)%N -> (j + r + 1 <= d)%N -> (* then *)
  optimal_cube F d (r :: iota (d - j) j)
    (fun k : nat => if k == r then 2%:R * (- 1) ^+ j * 'C(d, r)%:R / ((1 - (\sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R +
      r%:R) * 'C(d - 1, j)%:R / (d%:R - r%:R))^-1) * (\sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R + r%:R) * 'C(d - 1,
      j)%:R / (d%:R - r%:R)) * 'C(d - j - 1, r)%:R)
    else (- 1) ^+ (d + k - 1) * (2%:R * 'C(k, r)%:R * 'C(k - r - 1, d - j - r - 1)%:R / 'C(d - j - 1, r)%:R + \sum_((d
      - j) <= i < k.+1) 'C(k, i)%:R - 'C(k - 1, d - j - 1)%:R) * 'C(d, k)%:R / ((1 - (\sum_(0 <= i < j.+1) 'C(d, i)%:R
      + (d%:R + r%:R) * 'C(d - 1, j)%:R / (d%:R - r%:R))^-1) * (\sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R + r%:R) *
      'C(d - 1, j)%:R / (d%:R - r%:R))))
    ((\sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R + r%:R) * 'C(d - 1, j)%:R / (d%:R - r%:R) - 1)^-1).

(** Claim closed-form-order-and-top, tight, d >= 3. *)
Definition closed_form_order_and_top : Prop :=
  forall (F : realFieldType) (d r j : nat),
  (1 <= r)%N -> (1 <= j)%N -> (j + r + 1 <= d)%N -> (* then *)
  optimal_cube F d (0%N :: r :: iota (d - j) j)
    (fun k : nat => if k == 0%N then (\sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R + r%:R) * 'C(d - 1, j)%:R / (d%:R -
      r%:R))^-1
    else if k == r then 2%:R * (- 1) ^+ j * 'C(d, r)%:R / ((\sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R + r%:R) * 'C(d -
      1, j)%:R / (d%:R - r%:R)) * 'C(d - j - 1, r)%:R)
    else (- 1) ^+ (d + k - 1) * (2%:R * 'C(k, r)%:R * 'C(k - r - 1, d - j - r - 1)%:R / 'C(d - j - 1, r)%:R + \sum_((d
      - j) <= i < k.+1) 'C(k, i)%:R - 'C(k - 1, d - j - 1)%:R) * 'C(d, k)%:R / (\sum_(0 <= i < j.+1) 'C(d, i)%:R +
      (d%:R + r%:R) * 'C(d - 1, j)%:R / (d%:R - r%:R)))
    ((\sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R + r%:R) * 'C(d - 1, j)%:R / (d%:R - r%:R))^-1).

(** Claim closed-form-range-order-and-top, tight, d >= 3. *)
Definition closed_form_range_order_and_top : Prop :=
  forall (F : realFieldType) (d r j : nat),
  (1 <= r)%N -> (1 <= j)%N -> (j + r + 1 <= d)%N -> (* then *)
  optimal_range F d (r :: iota (d - j) j)
    (fun k : nat => if k == r then (- 1) ^+ j * 'C(d, r)%:R / ((d%:R * 'C(d - 1, j)%:R / (d%:R - r%:R) + \sum_(0 <= i
      < j.+1) 'C(d, i)%:R - 1) * 'C(d - j - 1, r)%:R)
    else (- 1) ^+ (d + k - 1) * ('C(k, r)%:R * 'C(k - r - 1, d - j - r - 1)%:R / 'C(d - j - 1, r)%:R + \sum_((d - j)
      <= i < k.+1) 'C(k, i)%:R) * 'C(d, k)%:R / (d%:R * 'C(d - 1, j)%:R / (d%:R - r%:R) + \sum_(0 <= i < j.+1) 'C(d,
      i)%:R - 1))
    ((d%:R * 'C(d - 1, j)%:R / (d%:R - r%:R) + \sum_(0 <= i < j.+1) 'C(d, i)%:R - 1)^-1).

(** Claim closed-form-bare-quadratic, tight, d >= 3. *)
Definition closed_form_bare_quadratic : Prop :=
  forall (F : realFieldType) (d : nat),
  (3 <= d)%N -> (* then *)
  optimal_cube F d [:: 1%N; 2%N]
    (fun k : nat => if k == 1%N then ((d%:R - 1)^-1 - 1) * (4%:R + 2%:R / ((d - 1) %/ 2)%:R) / ((1 - (d %/ 2)%:R * ((d
      - 1) %/ 2)%:R / (2%:R * d%:R + 2%:R * (d %/ 2)%:R * ((d - 1) %/ 2)%:R)) * (d%:R / ((d %/ 2)%:R * ((d - 1) %/
      2)%:R) + 1))
    else (4%:R + 2%:R / ((d - 1) %/ 2)%:R) / ((1 - (d %/ 2)%:R * ((d - 1) %/ 2)%:R / (2%:R * d%:R + 2%:R * (d %/ 2)%:R
      * ((d - 1) %/ 2)%:R)) * (d%:R / ((d %/ 2)%:R * ((d - 1) %/ 2)%:R) + 1)))
    (((2%:R * d%:R + 2%:R * (d %/ 2)%:R * ((d - 1) %/ 2)%:R) / ((d %/ 2)%:R * ((d - 1) %/ 2)%:R) - 1)^-1).

(** Claim closed-form-quadratic, tight, d >= 3. *)
Definition closed_form_quadratic : Prop :=
  forall (F : realFieldType) (d : nat),
  (3 <= d)%N -> (* then *)
  optimal_cube F d [:: 0%N; 1%N; 2%N]
    (fun k : nat => if k == 0%N then (d %/ 2)%:R * ((d - 1) %/ 2)%:R / (2%:R * d%:R + 2%:R * (d %/ 2)%:R * ((d - 1) %/
      2)%:R)
    else if k == 1%N then ((d%:R - 1)^-1 - 1) * (4%:R + 2%:R / ((d - 1) %/ 2)%:R) / (d%:R / ((d %/ 2)%:R * ((d - 1) %/
      2)%:R) + 1)
    else (4%:R + 2%:R / ((d - 1) %/ 2)%:R) / (d%:R / ((d %/ 2)%:R * ((d - 1) %/ 2)%:R) + 1))
    ((d %/ 2)%:R * ((d - 1) %/ 2)%:R / (2%:R * d%:R + 2%:R * (d %/ 2)%:R * ((d - 1) %/ 2)%:R)).

(** Claim closed-form-range-single, tight, d >= 2. *)
Definition closed_form_range_single : Prop :=
  forall (F : realFieldType) (d r : nat),
  (1 <= r)%N -> (r + 1 <= d)%N -> (* then *)
  optimal_range F d [:: r]
    (fun k : nat => 1)
    ((d%:R - r%:R) / d%:R).

(** Claim max-is-not-in-the-class, lower, d >= 2.
    E(d, R) \ge 2^{-d} > 0.
    Data: 2. *)
Definition max_is_not_in_the_class : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> d \notin R -> (* then *)
  0 < 2%:R ^- d :> F /\ forall E : F, achievable_on_cube d R E -> 2%:R ^- d <= E.

(** Claim extremal, lower, d >= 2.
    \frac{1}{E(d, R)} \le 2 \sum_{k=0}^{h} \binom{d-1}{k}, \quad h = |R| - 1, \text{ with equality for the } h \text{
    largest orders}.
    Data: 2*Sum(binomial(d - 1, i), (i, 0, j)). *)
Definition extremal : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> d \notin R -> (* then *)
  let h := (size R).-1 in let bound : F := 2%:R * \sum_(0 <= k < h.+1) 'C(d - 1, k)%:R in
  (forall E, achievable_on_cube d R E -> bound^-1 <= E)
  /\ (R =i 0%N :: iota (d - h) h -> achievable_on_cube d R bound^-1).

(** Claim extremal-range, lower, d >= 2.
    \frac{1}{E_{\mathrm{range}}(d, R)} \le \sum_{k=1}^{h} \binom{d}{k}, \quad h = |R|, \text{ with equality for the }
    h \text{ largest orders}.
    Data: Sum(binomial(d, i), (i, 0, j)) - 1. *)
Definition extremal_range : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \notin R -> d \notin R -> (* then *)
  let h := size R in let bound : F := \sum_(1 <= k < h.+1) 'C(d, k)%:R in
  (forall E, achievable_relative d R E -> bound^-1 <= E)
  /\ (R =i iota (d - h) h -> achievable_relative d R bound^-1).

(** Claim removing-the-intercept, tight, d >= 2.
    E(d, R) = \frac{E(d, R \cup \{0\})}{1 - E(d, R \cup \{0\})}.
    Data: 1. *)
Definition removing_the_intercept : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \notin R -> d \notin R -> (* then *)
  exists E' : F,
    least_error (achievable_on_cube d (0%N :: R)) E' /\ least_error (achievable_on_cube d R) (E' / (1 - E')).

(** Claim width-low-orders, lower, d >= 2.
    E(d, R) \ge \frac{1}{2N}.
    Data: 1/2. *)
Definition width_low_orders : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> (forall r, r \in R -> (2 * r <= d)%N) -> (* then *)
  forall E : F, achievable_on_cube d R E -> (2 * terms d R)%:R^-1 <= E.

(** Claim width-high-orders, lower, d >= 2.
    E(d, R) \ge \frac{1}{2N}.
    Data: 1/2. *)
Definition width_high_orders : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> (forall r, r \in R -> r = 0%N \/ (d <= 2 * r < 2 * d)%N) -> (* then *)
  forall E : F, achievable_on_cube d R E -> (2 * terms d R)%:R^-1 <= E.

(** Claim width, lower, d >= 2.
    E(d, R) \ge \min(\frac{1}{2N}, \frac{2}{N^2}).
    Data: 1/2. *)
Definition width : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> d \notin R -> (* then *)
  forall E : F,
    achievable_on_cube d R E -> Num.min (2 * terms d R)%:R^-1 (2%:R / (terms d R ^ 2)%:R) <= E.

(** Claim link, lower, d >= 1.
    \tilde E(d, R) \ge \frac{1}{2} \tilde E(d-1, \{r - 1 : r \in R,\ r \ge 1\}).
    Data: 2. *)
Definition link : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (1 <= d)%N -> (* then *)
  forall E : F,
    approximates d R E -> approximates d.-1 [seq (r - 1)%N | r <- R & (0 < r)%N] (2%:R * E).

(** Claim vertex-features, identity, d >= 2.
    \phi_r(z) = 1 - \frac{\binom{z}{r}}{\binom{d}{r}}.
    Data: 0. *)
Definition vertex_features : Prop :=
  forall (F : realFieldType) (d r z : nat),
  (2 <= d)%N -> (1 <= r <= d)%N -> (* then *)
  forall x : 'I_d -> F,
    zero_one x -> #|[set i | x i == 0]| = z -> subpool_max r x = 1 - 'C(z, r)%:R / 'C(d, r)%:R.

(** Claim reduction-to-vertices, identity, d >= 2.
    e(x) = \sum_{z=0}^{d} (x_{(z+1)} - x_{(z)}) e_z, \quad \max_{x \in [0,1]^d} |e(x)| = \max_z |e_z|.
    Data: slice(None, None, None). *)
Definition reduction_to_vertices : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat) (beta : nat -> F) (x : 'I_d -> F),
  set_of_orders d R -> (2 <= d)%N -> in_cube x -> (* then *)
  let e (y : 'I_d -> F) := maximum y - \sum_(r <- R) beta r * subpool_max r y in
  (forall p, sorted_by p x -> e x = \sum_(z < d.+1) spacing p x z * residual d R beta z)
  /\ forall E, (forall y, in_cube y -> `|e y| <= E) <-> (forall z, (z <= d)%N -> `|residual d R beta z| <= E).

(** Claim symmetrisation, tight, d >= 2.
    \min_\beta \max_{x \in [0,1]^d} \Big| \max(x) - \beta_0 - \sum_{|J| \in S} \beta_J \max_{j \in J} x_j \Big| = E(d,
    R), \quad S = R \setminus \{0\}.
    Data: 0. *)
Definition symmetrisation : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> (* then *)
  forall E : F, achievable_by_subsets d R E <-> achievable_on_cube d R E.

(** Claim max-of-five, identity, all of R^5, by cells.
    In x:  \max(x_1, \ldots, x_5) = a \sum_i x_i + b \sum_{i<j} M_{ij} + \sum_t c_t \, \mathrm{relu}\Big(\sum_{i \le
    j} k_{t,ij} M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j).
    Table: sha256 d0ea6dabdabc8dd7c1ac9f43695ee0f4. *)
Definition max_of_five : Prop :=
  forall F : realFieldType,
  max_by_images F 5 (permutations (iota 0 5)) 1
    [:: times 0 1 [:: M 1 0 0];
      times 1 10 [:: M 1 0 1]]
    [:: times 1 30 [:: M 2 0 0; M (-1) 1 2; M (-1) 3 4];
      times (-1) 30 [:: M 1 0 1; M 1 0 2; M (-1) 1 2; M (-1) 3 4];
      times 1 15 [:: M 1 0 1; M (-1) 2 3]].

(** Claim max-of-six, identity, all of R^6, by cells.
    In x: 12 \max(x_0, \ldots, x_5) = 2 \sum_i M_{i,i+1} + \sum_{t} c_t \, \mathrm{relu}\Big(\sum_{i<j} k_{t,ij}
    M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j).
    Table: sha256 779a14c7ccacbb43a54fd0fc1b74209c. *)
Definition max_of_six : Prop :=
  forall F : realFieldType,
  max_by_images F 6 [:: [:: 0; 1; 2; 3; 4; 5];
      [:: 0; 5; 4; 3; 2; 1];
      [:: 1; 2; 3; 4; 5; 0];
      [:: 1; 0; 5; 4; 3; 2];
      [:: 2; 3; 4; 5; 0; 1];
      [:: 2; 1; 0; 5; 4; 3];
      [:: 3; 4; 5; 0; 1; 2];
      [:: 3; 2; 1; 0; 5; 4];
      [:: 4; 5; 0; 1; 2; 3];
      [:: 4; 3; 2; 1; 0; 5];
      [:: 5; 0; 1; 2; 3; 4];
      [:: 5; 4; 3; 2; 1; 0]]%N 12
    [:: times 2 1 [:: M 1 0 1]]
    [:: times 2 1 [:: M 1 2 4; M (-1) 3 5];
      times 2 1 [:: M (-1) 0 5; M 1 1 5; M 1 2 3; M (-1) 4 5];
      times (-2) 1 [:: M (-1) 0 5; M 1 1 2; M (-1) 1 3; M 1 3 4];
      times 1 1 [:: M (-1) 0 5; M 1 1 2; M (-1) 2 3; M 1 4 5];
      times (-1) 1 [:: M 1 0 5; M 1 1 2; M (-1) 2 3; M (-1) 4 5];
      times (-1) 1 [:: M (-1) 0 5; M 1 1 2; M 1 2 3; M (-1) 4 5]].

(** Claim max-of-seven, identity, all of R^7, by cells.
    In x:  \max(x_1, \ldots, x_7) = a \sum_i x_i + b \sum_{i<j} M_{ij} + \sum_t c_t \, \mathrm{relu}\Big(\sum_{i \le
    j} k_{t,ij} M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j).
    Table: sha256 89fc49f292ac9ea490a3a8d1b7083e7b. *)
Definition max_of_seven : Prop :=
  forall F : realFieldType,
  max_by_images F 7 (permutations (iota 0 7)) 1
    [:: times (-181) 1232 [:: M 1 0 0];
      times 17 176 [:: M 1 0 1]]
    [:: times 143 6720 [:: M (-2) 0 1; M 1 0 2; M 1 1 2];
      times 3 12320 [:: M (-2) 0 1; M 1 2 3; M 1 2 4];
      times 59 18480 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 0 4; M 1 0 5; M 1 0 6];
      times 1 6160 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 0 4; M 1 4 5; M 1 4 6];
      times (-1) 12320 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 0 5; M 1 1 4; M 1 4 6];
      times 29 36960 [:: M (-1) 0 1; M (-1) 0 2; M 1 0 3; M 1 1 5; M 1 2 6; M (-1) 3 4];
      times 1 12320 [:: M (-1) 0 1; M (-1) 0 2; M 1 0 4; M 1 0 5; M (-1) 1 3; M 1 1 6];
      times (-1) 1155 [:: M (-1) 0 1; M (-1) 0 2; M 1 3 4; M 1 5 6];
      times (-31) 55440 [:: M (-1) 0 1; M 1 0 2; M (-1) 0 3; M 1 0 5; M 1 1 6; M (-1) 2 4];
      times 1 7392 [:: M (-1) 0 1; M 1 0 2; M (-1) 0 3; M 1 1 5; M 1 1 6; M (-1) 2 4];
      times 1 24640 [:: M (-1) 0 1; M 1 0 2; M (-1) 0 3; M 1 1 5; M (-1) 2 4; M 1 5 6];
      times 13 110880 [:: M (-1) 0 1; M 1 0 2; M (-1) 0 3; M 1 1 5; M (-1) 2 4; M 1 6 6];
      times (-1) 24640 [:: M (-1) 0 1; M 1 0 2; M (-1) 0 4; M 1 0 5; M 1 1 3; M (-1) 2 3];
      times (-31) 1848 [:: M (-1) 0 1; M 1 0 2; M 1 1 3; M (-1) 2 3];
      times (-1) 55440 [:: M (-1) 0 1; M 1 0 2; M 1 1 3; M (-1) 2 3; M (-1) 4 4; M 1 5 6];
      times 1 110880 [:: M (-1) 0 1; M 1 0 2; M 1 1 3; M (-1) 2 4; M (-1) 3 5; M 1 6 6];
      times (-1) 12320 [:: M (-1) 0 1; M 1 0 2; M 1 1 4; M (-1) 2 3; M (-1) 4 4; M 1 5 6];
      times 1 49280 [:: M (-1) 0 1; M 1 0 2; M 1 1 5; M (-1) 2 3; M (-1) 4 4; M 1 6 6];
      times (-1) 12320 [:: M (-1) 0 1; M (-1) 0 3; M 1 0 5; M 1 0 6; M 1 1 2; M (-1) 2 4];
      times (-19) 73920 [:: M (-1) 0 1; M 1 0 3; M 1 1 4; M (-1) 2 2];
      times (-13) 55440 [:: M (-1) 0 1; M 1 0 4; M 1 0 5; M 1 1 6; M (-1) 2 2; M (-1) 3 3];
      times 1 24640 [:: M (-1) 0 1; M 1 0 4; M 1 1 5; M (-1) 2 3; M 1 2 6; M (-1) 4 4];
      times (-1) 12320 [:: M (-1) 0 1; M 1 0 4; M 1 1 5; M (-1) 2 3; M (-1) 3 3; M 1 3 6];
      times (-23) 55440 [:: M (-1) 0 1; M 1 0 4; M (-1) 2 3; M 1 5 6];
      times 629 443520 [:: M (-1) 0 2; M (-1) 0 3; M 1 0 4; M 1 1 2; M 1 1 3; M (-1) 1 4]].

(** Claim max-of-eight, identity, all of R^8, by cells.
    In x:  \max(x_1, \ldots, x_8) = a \sum_i x_i + b \sum_{i<j} M_{ij} + \sum_t c_t \, \mathrm{relu}\Big(\sum_{i \le
    j} k_{t,ij} M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j).
    Table: sha256 5860fb02a6053e1ef7eede1d424b27b3. *)
Definition max_of_eight : Prop :=
  forall F : realFieldType,
  max_by_images F 8 (permutations (iota 0 8)) 1
    [:: times 0 1 [:: M 1 0 0];
      times 1 28 [:: M 1 0 1]]
    [:: times (-1) 700 [:: M 2 0 0; M (-1) 0 1; M (-1) 0 2; M 1 1 2; M (-1) 3 4];
      times 157 50400 [:: M (-3) 0 1; M 1 0 2; M 1 1 2; M 1 2 3];
      times (-17) 20160 [:: M (-3) 0 1; M 1 0 2; M 2 1 2];
      times 1 2100 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 0 4; M 1 0 5; M 1 6 7];
      times (-1) 4200 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 0 4; M 1 4 5; M 1 6 7];
      times (-1) 8400 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 0 5; M 1 4 6; M 1 4 7];
      times (-1) 16800 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 4 5; M 1 4 6; M 1 4 7];
      times 1 8400 [:: M (-1) 0 1; M (-1) 0 2; M (-1) 0 3; M 1 4 5; M 1 4 6; M 1 5 7];
      times 1 4200 [:: M (-1) 0 1; M (-1) 0 2; M 1 0 3; M 1 1 4];
      times 1 8400 [:: M (-1) 0 1; M (-1) 0 2; M 1 0 4; M (-1) 1 3; M 1 1 5; M 1 6 7];
      times (-1) 4200 [:: M (-1) 0 1; M (-1) 0 2; M 1 0 5; M 1 0 6; M 1 1 7; M (-1) 3 4];
      times (-1) 16800 [:: M (-1) 0 1; M (-1) 0 2; M 1 0 5; M (-1) 1 3; M 1 4 6; M 1 4 7];
      times 1 4200 [:: M (-1) 0 1; M (-1) 0 2; M 1 0 5; M 1 1 6; M 1 1 7; M (-1) 3 4];
      times (-1) 700 [:: M (-1) 0 1; M (-1) 0 2; M 1 1 2; M 1 3 4];
      times (-1) 6300 [:: M (-1) 0 1; M (-1) 0 2; M 1 3 4; M 1 5 6];
      times (-1) 12600 [:: M (-1) 0 1; M 1 0 2; M (-1) 0 4; M 1 0 5; M 1 1 3; M (-1) 2 3];
      times 1 100800 [:: M (-1) 0 1; M 1 0 2; M 1 1 3; M (-1) 2 3; M (-1) 4 5; M 1 4 6];
      times (-1) 7200 [:: M (-1) 0 1; M 1 0 2; M 1 1 3; M (-1) 2 3; M (-1) 4 5; M 1 6 7];
      times 1 5040 [:: M (-1) 0 1; M 1 0 2; M 1 1 3; M (-1) 2 4; M (-1) 3 5; M 1 4 5];
      times 1 5040 [:: M (-1) 0 1; M 1 0 2; M 1 1 3; M (-1) 2 4; M (-1) 3 5; M 1 6 7];
      times (-13) 100800 [:: M (-1) 0 1; M 1 0 2; M 2 1 3; M (-2) 2 3];
      times (-1) 8400 [:: M (-1) 0 1; M (-1) 0 3; M 1 0 5; M 1 1 2; M (-1) 2 4; M 1 6 7];
      times 1 16800 [:: M (-1) 0 1; M (-1) 0 3; M 1 1 2; M (-1) 2 4; M 1 5 6; M 1 5 7];
      times (-1) 12600 [:: M (-1) 0 1; M 1 0 6; M 1 0 7; M 1 1 2; M (-1) 2 3; M (-1) 4 5];
      times 1 10080 [:: M (-1) 0 1; M 1 0 6; M 1 1 7; M 1 2 3; M (-1) 2 4; M (-1) 3 5];
      times (-1) 3150 [:: M (-1) 0 1; M (-1) 2 3; M 1 4 5; M 1 6 7];
      times 1 25200 [:: M 1 0 1; M (-1) 0 2; M (-1) 0 3; M (-1) 1 4; M 1 5 6; M 1 5 7];
      times 1 10080 [:: M (-1) 0 2; M (-1) 0 3; M 1 0 5; M (-1) 1 4; M 1 1 6; M 1 1 7];
      times 1 25200 [:: M (-1) 0 2; M 1 0 3; M (-1) 0 4; M 1 1 2; M (-1) 1 3; M 1 1 5];
      times (-1) 5040 [:: M (-1) 0 3; M (-1) 0 4; M 1 0 5; M (-1) 1 2; M 1 1 6; M 1 2 7]].

(** Claim chebyshev, upper, d >= 2.
    E(d, \{0..n\}) \le \frac{1}{1 + T_n(\frac{d+1}{d-1})}.
    Data: 0. *)
Definition chebyshev : Prop :=
  forall (F : realFieldType) (d n : nat),
  (2 <= d)%N -> (0 <= n < d)%N -> (* then *)
  achievable_on_cube d (iota 0 n.+1) (1 + chebyshev n ((d%:R + 1) / (d%:R - 1) : F))^-1.

(** Claim exponential-width, tight, d >= 2.
    \min \{ h : E(d, R) \le \varepsilon \text{ for some } R,\ |R| = h + 1,\ 0 \in R,\ d \notin R \} = \min \{ h : 2
    \sum_{k=0}^{h} \binom{d-1}{k} \ge \frac{1}{\varepsilon} \}.
    Data: 2*Sum(binomial(d - 1, i), (i, 0, j)). *)
Definition exponential_width : Prop :=
  forall (F : realFieldType) (d : nat) (eps : F),
  (2 <= d)%N -> 2%:R ^- d <= eps -> (* then *)
  exists h : nat,
    least_number (fun h => exists R : seq nat,
      [/\ set_of_orders d R, size R = h.+1, 0%N \in R, d \notin R & achievable_on_cube d R eps]) h
    /\ least_number (fun h => eps^-1 <= 2%:R * \sum_(0 <= k < h.+1) 'C(d - 1, k)%:R) h.

(** Claim exponential-width-rate, lower, d >= 2.
    \frac{1}{E(d, R)} \le 2 d^h, \quad h = |R| - 1.
    Data: 2. *)
Definition exponential_width_rate : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> d \notin R -> (* then *)
  forall E : F, achievable_on_cube d R E -> E^-1 <= 2%:R * d%:R ^+ (size R).-1.

(** Claim least-terms, lower, d >= 2.
    N \ge \min(\frac{1}{2\epsilon}, \sqrt{\frac{2}{\epsilon}}).
    Data: 1. *)
Definition least_terms : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat) (eps : F),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> d \notin R -> achievable_on_cube d R eps -> (* then *)
  let N : F := (terms d R)%:R in (2%:R * eps)^-1 <= N \/ 2%:R / eps <= N ^+ 2.

(** Claim order-statistic-weights, identity, d >= 2.
    \binom{d}{r}^{-1} \sum_{|J| = r} \max_{j \in J} x_j = \sum_{k=r}^{d} \frac{\binom{k-1}{r-1}}{\binom{d}{r}}
    x_{(k)}.
    Data: 0. *)
Definition order_statistic_weights : Prop :=
  forall (F : realFieldType) (d r : nat) (x : 'I_d -> F),
  (2 <= d)%N -> (1 <= r <= d)%N -> (* then *)
  (exists p : {perm 'I_d}, sorted_by p x)
  /\ forall p : {perm 'I_d}, sorted_by p x ->
     'C(d, r)%:R^-1 * (\sum_(J : {set 'I_d} | #|J| == r) max_over J x)
     = \sum_(k < d) 'C(k, r - 1)%:R / 'C(d, r)%:R * x (p k).


(** Claim order-statistics-by-maxima, identity, d >= 2.
    x_{(j)} = \sum_{r=j}^{d} (-1)^{r-j} \binom{r-1}{j-1} \binom{d}{r} m_r(x).
    Data: 0. *)
Definition order_statistics_by_maxima : Prop :=
  forall (F : realFieldType) (d j : nat) (x : 'I_d -> F),
  (2 <= d)%N -> (1 <= j <= d)%N -> (* then *)
  (exists p : {perm 'I_d}, sorted_by p x)
  /\ forall (p : {perm 'I_d}) (i : 'I_d), sorted_by p x -> i.+1 = j ->
     x (p i) = \sum_(j <= r < d.+1) (-1) ^+ (r - j) * 'C(r - 1, j - 1)%:R * 'C(d, r)%:R * subpool_max r x.

(** Claim target-multiples, tight, d >= 2.
    g = \sum_{r=0}^{d} c_r m_r \implies E(d, R; g) = |c_d| \, E(d, R).
    Data: _size_of_last. *)
Definition target_multiples : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat) (c : nat -> F),
  set_of_orders d R -> (2 <= d)%N -> (forall r, (r <= d)%N -> r \notin R -> r <> d -> c r = 0) -> (* then *)
  let g (x : 'I_d -> F) := \sum_(0 <= r < d.+1) c r * subpool_max r x in
  exists e : F, least_error (achievable_on_cube d R) e /\ least_error (target_achievable g R) (`|c d| * e).

(** Claim order-statistic-top, tight, d >= 2.
    E(d, R; x_{(j)}) = \binom{d-1}{j-1} E(d, R).
    Data: _weight_of_largest. *)
Definition order_statistic_top : Prop :=
  forall (F : realFieldType) (d j : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> (1 <= j <= d)%N -> (forall r, (j <= r < d)%N -> r \in R) -> (* then *)
  forall g : ('I_d -> F) -> F,
  (forall x (p : {perm 'I_d}) (i : 'I_d), sorted_by p x -> i.+1 = j -> g x = x (p i)) ->
  exists e : F, least_error (achievable_on_cube d R) e /\ least_error (target_achievable g R) ('C(d - 1, j - 1)%:R * e).

(** Claim order-statistic-single, tight, d >= 2.
    p = \binom{j-1}{r} / \binom{d}{r},\ q = \binom{j}{r} / \binom{d}{r} \implies E(d, \{0, r\} \cup S; x_{(j)}) =
    \frac{1}{2} \max\big(\frac{p}{q}, \frac{1-q}{1-p}\big).
    Data: _larger_half. *)
Definition order_statistic_single : Prop :=
  forall (F : realFieldType) (d r j : nat) (S : seq nat),
  (2 <= d)%N -> (1 <= j <= d)%N -> (1 <= r <= d)%N -> (forall s, s \in S -> (j + 1 <= s <= d - 1)%N) ->
  (S = [::] \/ ('C(d, r) <= 'C(j-1, r) + 'C(j, r))%N) -> (* then *)
  (* Where q = 0, p / q is 0; [undup] leaves each order once. *)
  forall g : ('I_d -> F) -> F,
  (forall x (s : {perm 'I_d}) (i : 'I_d), sorted_by s x -> i.+1 = j -> g x = x (s i)) ->
  let p : F := 'C(j - 1, r)%:R / 'C(d, r)%:R in let q : F := 'C(j, r)%:R / 'C(d, r)%:R in
  least_error (target_achievable g (undup (0%N :: r :: S))) (2%:R^-1 * Num.max (p / q) ((1 - q) / (1 - p))).

(** Claim range-order-statistic-single, tight, d >= 2.
    p = \binom{j-1}{r} / \binom{d}{r},\ q = \binom{j}{r} / \binom{d}{r} \implies E_{\mathrm{range}}(d, \{r\}; x_{(j)})
    = \max(p, 1 - q).
    Data: _larger. *)
Definition range_order_statistic_single : Prop :=
  forall (F : realFieldType) (d r j : nat),
  (2 <= d)%N -> (1 <= j <= d)%N -> (1 <= r <= d)%N -> (* then *)
  forall g : ('I_d -> F) -> F,
  (forall x (s : {perm 'I_d}) (i : 'I_d), sorted_by s x -> i.+1 = j -> g x = x (s i)) ->
  let p : F := 'C(j - 1, r)%:R / 'C(d, r)%:R in let q : F := 'C(j, r)%:R / 'C(d, r)%:R in
  least_error (target_achievable_relative g [:: r]) (Num.max p (1 - q)).

(** Claim trimmed-mean, tight, d >= 2.
    E(d, \{0, 1\} \cup S; \text{trimmed-mean:}k) = \frac{k}{2 (d - k)}.
    Data: _error. *)
Definition trimmed_mean : Prop :=
  forall (F : realFieldType) (d k : nat) (S : seq nat),
  (2 <= d)%N -> (0 <= 2 * k < d)%N -> (forall s, s \in S -> (d - k + 1 <= s <= d - 1)%N) -> (* then *)
  forall g : ('I_d -> F) -> F,
  (forall x (s : {perm 'I_d}), sorted_by s x -> g x = (\sum_(i < d | (k <= i < d - k)%N) x (s i)) / (d - 2 * k)%:R) ->
  least_error (target_achievable g (undup (0%N :: 1%N :: S))) (k%:R / (2%:R * (d%:R - k%:R))).

(** Claim parity, tight, d >= 2.
    E(d, R; [\text{the number of ones is } \text{odd}]) = \frac{1}{2}.
    Data: 2. *)
Definition parity : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> 0%N \in R -> d \notin R -> (* then *)
  least_error (target_achievable_01 (fun x : 'I_d -> F => (odd #|[set i | x i == 1]|)%:R) R) 2%:R^-1.

(** Claim least-squares, identity, d >= 2.
    \mathbb{E}[e \, m_r] = 0 \text{ for } r \in R, \quad \mathbb{E}[(e - g)^2] = \mathbb{E}[e^2] + \mathbb{E}[g^2]
    \text{ for } g \text{ in the class}, \quad e = \max - f, \ f \text{ the optimum in mean square}.
    Data: l2. *)
Definition least_squares : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> (* then *)
  forall (defined : (('I_d -> F) -> F) -> Prop) (mean : (('I_d -> F) -> F) -> F) (beta : nat -> F),
  linear_mean defined mean -> products_defined defined R -> least_mean_square mean R beta ->
  let e := residual_at R beta in
  (forall r, r \in R -> mean (fun x => e x * subpool_max r x) = 0)
  /\ forall delta : nat -> F, let g := combination_of R delta in
     mean (fun x => (e x - g x) ^+ 2) = mean (fun x => e x ^+ 2) + mean (fun x => g x ^+ 2).

(** Claim depth, upper, d >= 2.
    \text{hidden layers that an } R \text{-estimator takes} \le \lceil \log_2 \max R \rceil.
    Data: 0. *)
Definition depth : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> R <> [:: 0%N] -> (* then *)
  forall beta : nat -> F,
  exists units : nat, NetworkDepth.computes (up_log 2 (\max_(r <- R) r)) units
    (fun x : 'I_d -> F => \sum_(r <- R) beta r * subpool_max r x).

(** Claim shallow-depth, upper, d >= 2.
    \text{hidden layers that } \max(x_1, \ldots, x_d) \text{ takes} \le \lceil \log_3(d / 2) \rceil + 1.
    Data: 2. *)
Definition shallow_depth : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  forall k : nat, (d <= 2 * 3 ^ k)%N ->
  exists2 layers : nat, (layers <= k.+1)%N &
    exists net : Networks.network [finType of 'I_d] layers, forall x : 'I_d -> F, Networks.compute net x = maximum x.

(** Claim one-layer-is-not-enough, lower, d >= 3.
    \text{hidden layers that } \max(x_1, \ldots, x_d) \text{ takes} \ge 2.
    Data: 3. *)
Definition one_layer_is_not_enough : Prop :=
  forall (F : realFieldType) (d : nat),
  (3 <= d)%N -> (* then *)
  (forall k units : nat, NetworkDepth.computes k units (@maximum F d) -> (2 <= k)%N)
  /\ forall (k : nat) (net : Networks.network [finType of 'I_d] k),
     (forall x : 'I_d -> F, Networks.compute net x = maximum x) -> (2 <= k)%N.

(** Claim merging-sorted-lists, identity, all lists.
    T_k(a_1, \ldots, a_p, b_1, \ldots, b_q) = \sum_{i + j = k + 1} \max(a_i, b_j).
    Data: 0. *)
Definition merging_sorted_lists : Prop :=
  forall (F : realFieldType) (a b : seq F) (k : nat),
  Merging.decreasing a -> Merging.decreasing b -> (1 <= k <= size a + size b)%N -> (* then *)
  (* A number that does not exist is left out of [larger a b i j], which is max(a_i, b_j) else. *)
  Merging.sum_of_largest k (a ++ b) = \sum_(1 <= i < k.+1) Merging.larger a b i (k + 1 - i).

(** Claim sorting-width, upper, d >= 2.
    \text{an } R \text{-estimator takes at most } \binom{d}{2} + d (\lceil \log_2 d \rceil + 1) \text{ units in }
    \lceil \log_2 d \rceil \text{ hidden layers}.
    Data: 0. *)
Definition sorting_width : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> (* then *)
  forall beta : nat -> F,
  exists2 units : nat, (units <= 'C(d, 2) + d * (up_log 2 d + 1))%N &
    NetworkDepth.computes (up_log 2 d) units (fun x : 'I_d -> F => \sum_(r <- R) beta r * subpool_max r x).

(** Claim sorting-one-layer-less, upper, d >= 2.
    In d: d \ge 2,\ d = 2^k + 1,\ k \ge 1 \implies \text{an estimator of orders } 0, \ldots, d - 1 \text{ takes at
    most } d^3/2 \text{ units in } k \text{ hidden layers}.
    Data: 0. *)
Definition sorting_one_layer_less : Prop :=
  forall (F : realFieldType) (d k : nat) (beta : nat -> F),
  (2 <= d)%N -> d = (2 ^ k + 1)%N -> (1 <= k)%N ->
  exists2 units : nat, (2 * units <= d ^ 3)%N &
    NetworkDepth.computes k units (fun x : 'I_d -> F => \sum_(r < d) beta r * subpool_max r x).

(** Claim two-layers-algebra, identity, d >= 2.
    In d, z, theta: d \ge 2,\ \theta_1 + \cdots + \theta_m = 0,\ m \ge 2 \implies \sum_{K<d} \frac{z^{v_K} + z^{-v_K}
    - 2}{K(K+1)} = \sum_{p=2}^d \frac{T_p}{p(p-1)},\quad \binom{2N}{N} T_p = 2 \sum_{k=1}^N (-1)^k \binom{2N}{N-k} e_k
    e'_k,\quad N = d-1,\quad \sum_{p=2}^d \frac{\prod_i \mu_{p,\theta_i}}{p(p-1)} = \sum_w c_w \Phi(w).
    Data: _left_side. *)
Definition two_layers_algebra : Prop :=
  (* The p of the claim is p + 1 here, and there are two angles or more; [place_power] is Y(v)^theta. *)
  forall d : nat, (2 <= d)%N ->
  (forall (F : numFieldType) (z : nat -> F) (e e' : nat -> nat -> F),
    (forall k, z k != 0) ->
    (forall p, coefficients_of_exp (fun i => mu d z p i%:Z) (e p)) ->
    (forall p, coefficients_of_exp (fun i => mu d z p (- i%:Z)) (e' p)) ->
    \sum_(1 <= p < d) (staircase z p + (staircase z p)^-1 - 2%:R) / (p * p.+1)%:R
    = \sum_(1 <= p < d)
        (2%:R / 'C(2 * d.-1, d.-1)%:R
         * \sum_(1 <= k < d) (-1) ^+ k * 'C(2 * d.-1, d.-1 - k)%:R * (e p k * e' p k)) / (p * p.+1)%:R)
  /\ forall thetas : seq int, (1 < size thetas)%N -> \sum_(theta <- thetas) theta = 0 ->
     exists combination : seq (rat * set_function d),
       all (fun term => at_set term.2 setT == 0) combination /\
       forall (F : numFieldType) (z : nat -> F), (forall k, z k != 0) ->
         \sum_(1 <= p < d) (\prod_(theta <- thetas) mu d z p theta) / (p * p.+1)%:R
         = \sum_(term <- combination) ratr term.1 * phi z term.2.

(** Claim two-layers-forests, identity, d >= 2.
    \#\{\text{signed in-forests on } 1, \ldots, d \text{ in which } q \text{ has no outgoing arc}\} = 3 (2d +
    1)^{d-2}.
    Data: 1. *)
Definition two_layers_forests : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  forall q : 'I_d, #|Forests.in_forests q| = (3 * (2 * d + 1) ^ (d - 2))%N.

(** Claim two-layers, identity, d >= 2.
    x_q - \min(x) = \frac12 \sum_F c_F |g_F(x)|,\quad g_F(x) = \sum_{v \to u \in F} \sigma_v (x_u - x_v)^+,\quad
    \sum_F c_F e^{g_F} = \sum_{M,r} c_{M,r} \pi [u^r] (s + uA)^M s,\quad c_{M,r} = \frac{(-1)^r}{(M+1)(M+r+1)!}.
    Data: closed_formula, 1. *)
Definition two_layers : Prop :=
  forall (F : realFieldType) (d q : nat) (x : 'I_d -> F),
  (2 <= d)%N -> (1 <= q <= d)%N -> (* then *)
  (* [E sigma v u] is any e^(sigma (x_u - x_v)^+); [formula] is the list of the products of all (E - 1). *)
  forall i least : 'I_d, i.+1 = q -> (forall j, x least <= x j) ->
  x i - x least = 2%:R^-1 * (\sum_(G in Forests.in_forests i)
      ratr (ForestFormula.coefficient_of i G) * `|TwoLayerForms.form_value x (ForestFormula.arcs_of G)|)
  /\ forall (A : comRingType) (iota : {rmorphism rat -> A}) (E : int -> 'I_d -> 'I_d -> A),
     \sum_(G in Forests.in_forests i)
        iota (ForestFormula.coefficient_of i G) * \prod_(a <- ForestFormula.arcs_of G) E a.1 a.2.1 a.2.2
     = \sum_(t <- ForestFormula.formula i | ForestFormula.different_vertices t.2)
         iota t.1 * \prod_(a <- t.2) (E a.1 a.2.1 a.2.2 - 1).

(** Claim two-layers-formula, identity, d >= 2.
    x_q - \min(x) = \frac12 \sum_F c_F |g_F(x)| \text{ on all of } \mathbb{R}^d.
    Data: formula. *)
Definition two_layers_formula : Prop :=
  forall (F : realFieldType) (d q : nat) (x : 'I_d -> F),
  (2 <= d)%N -> (1 <= q <= d)%N -> (* then *)
  forall i least : 'I_d, i.+1 = q -> (forall j, x least <= x j) ->
  x i - x least = 2%:R^-1 * (\sum_(G in Forests.in_forests i)
      ratr (ForestFormula.coefficient_of i G) * `|TwoLayerForms.form_value x (ForestFormula.arcs_of G)|).

(** Claim two-layers-size, upper, d >= 2.
    \#\{|g_F| : g_F \ne 0,\ c_F + c_{-F} \ne 0\} \le \frac12 \big( 3 (2d+1)^{d-2} - 1 \big),\quad \text{primes in the
    denominators of } \tfrac12 (c_F + c_{-F}) \le d - 1.
    Data: sha256 9ad9d8cc94a3ba99cd73f4245438c650. *)
Definition two_layers_size : Prop :=
  forall (F : realFieldType) (d : nat),
  (2 <= d)%N -> (* then *)
  (* [absolute_values] are the pairs {G, -G} with c_G + c_(-G) != 0, of which each has one |g_G|; but for the forest
     without arcs, which has 0. *)
  forall i : 'I_d,
  #|ForestSizes.absolute_values i|%:R <= 2%:R^-1 * (3%:R * (2%:R * d%:R + 1) ^+ (d - 2) - 1) :> F
  /\ forall (G : Forests.arcs d) (p : nat),
     prime p -> (p %| `|denq (ForestSizes.joint_coefficient i G)|)%N -> (p <= d - 1)%N.

(** Claim union-closed, tight, d >= 2.
    In d, F: d \ge 2,\ J, K \in F \Rightarrow J \cup K \in F \text{ or } J \cup K = \{1, \dots, d\} \implies E(d, F) =
    \frac{1}{\sum_{A \in L} |\mu(\emptyset, A)|}.
    Data: moebius. *)
Definition union_closed : Prop :=
  forall (F : realFieldType) (d : nat) (family : {set {set 'I_d}}),
  (2 <= d)%N -> proper_nonempty family -> closed_under_union family ->
  let L := lattice_of_complements family in
  least_error (achievable_by_family family) (\sum_(A in L) `|moebius L A|%:~R : F)^-1.

(** Claim residual-moments, identity, d >= 2.
    \mathbb{E}[e] = \frac{1}{d+1} \sum_z e_z, \quad \mathbb{E}[e^2] = \frac{\sum_z e_z^2 + (\sum_z
    e_z)^2}{(d+1)(d+2)}.
    Data: 1. *)
Definition residual_moments : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat),
  set_of_orders d R -> (2 <= d)%N -> (* then *)
  forall beta : nat -> F, let e z := residual d R beta z in
  (forall m, uniform_mean (fun x : 'I_d -> F => residual_at R beta x) m <-> m = d.+1%:R^-1 * \sum_(z < d.+1) e z)
  /\ forall m, uniform_mean (fun x : 'I_d -> F => residual_at R beta x ^+ 2) m <->
       m = (\sum_(z < d.+1) e z ^+ 2 + (\sum_(z < d.+1) e z) ^+ 2) / (d.+1%:R * d.+2%:R).

(** Claim residual-law, identity, d >= 2.
    \int t^k B[e_0, \ldots, e_d](t) \, dt = \mathbb{E}[e^k] = \frac{h_k(e_0, \ldots, e_d)}{\binom{d+k}{k}},\quad k \ge
    0.
    Data: 0. *)
Definition residual_law : Prop :=
  forall (F : realFieldType) (d : nat) (R : seq nat) (k : nat),
  set_of_orders d R -> (2 <= d)%N -> d \notin R -> (* then *)
  forall beta : nat -> F, let e := residual d R beta in let knot := sorted_values e d in
  let moment := complete_symmetric e d k / 'C(d + k, k)%:R in
  [/\ knot d != knot 0%N, (* not all knots are equal, so that there is a B-spline *)
      forall m, integral_over_knots knot d (fun t => t ^+ k * b_spline knot d t) m <-> m = moment
    & forall m, uniform_mean (fun x : 'I_d -> F => residual_at R beta x ^+ k) m <-> m = moment].

(** Claim residual-beta, identity, d >= 2.
    \mathbb{P}\Big(\frac{2^d e + 1}{2} \le t\Big) = \mathbb{P}(B \le t), \quad R = \{0, \ldots, d - 1\},\ B \sim
    \text{Beta}(\lfloor \frac{d+1}{2} \rfloor, \lceil \frac{d+1}{2} \rceil).
    Data: 0. *)
Definition residual_beta : Prop :=
  forall (F : realFieldType) (d : nat) (t : F),
  (2 <= d)%N -> (* then *)
  forall beta : nat -> F, let e (x : 'I_d -> F) := residual_at (iota 0 d) beta x in
  (forall x, in_cube x -> `|e x| <= 2%:R ^- d) -> (* the estimator is optimal *)
  let a := ((d + 1) %/ 2)%N in (* and the other parameter is d + 1 - a *)
  forall p, uniform_probability (fun x => (2%:R ^+ d * e x + 1) / 2%:R <= t) p <-> beta_probability a (d + 1 - a) t p.

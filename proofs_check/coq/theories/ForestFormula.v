(** * The closed formula for two hidden layers: the coefficient of each signed in-forest

    Functions of a mark, a vertex [y], are sums of [c eps_v W ..]: lists of a rational [c] and a list of arcs, where the
    arc [(sigma, (v, y))] stands for [eps_v (e^(sigma (x_y - x_v)^+) - 1)].  With
<<
      G_sigma f = sum_v eps_v (e^(sigma (x_y - x_v)^+) - 1) f(v),    w_sigma = G_sigma 1,    s = w_+ + w_-,
      h = w_+ f - G_+ f,    A f = w_- h + G_+ h,
>>
    over the vertices [v] other than [q], the formula is the sum of [(-1)^r / ((M+1) (M+r+1)!) [u^r] (s + u A)^M s] at
    the mark [q].  [eps_v^2 = 0], so that the arcs of a product that counts begin at different vertices; and then each
    [eps_v] is 1.  Multiplied out, [e^(sigma (x_y - x_v)^+)] is the arc [v -> y] of a forest. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import TwoLayerForms Forests.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Formula.

Variables (d : nat) (q : 'I_d).

Definition sums := 'I_d -> seq (rat * form d).
Implicit Types (f g : sums) (y v : 'I_d) (M r : nat) (F : arcs d).

Definition one_sum : sums := fun=> [:: (1, [::])].
Definition add_sums f g : sums := fun y => f y ++ g y.
Definition sub_sums f g : sums := fun y => f y ++ scale (-1) (g y).
Definition mul_sums f g : sums := fun y => times (f y) (g y).

(** [G_sigma f]; no arc leads from [y] to itself, as [e^0 - 1 = 0]. *)
Definition graft_sum (sigma : int) f : sums :=
  fun y => flatten [seq times (arc sigma v y) (f v) | v <- inputs d & (v != q) && (v != y)].

Definition w_sum sigma : sums := graft_sum sigma one_sum.
Definition s_sum : sums := add_sums (w_sum 1) (w_sum (-1)).
Definition h_sum f : sums := sub_sums (mul_sums (w_sum 1) f) (graft_sum 1 f).
Definition A_sum f : sums := add_sums (mul_sums (w_sum (-1)) (h_sum f)) (graft_sum 1 (h_sum f)).

(** The coefficient of [u^r] in [(s + u A)^M s]. *)
Fixpoint power_sum M r : sums :=
  match M, r with
  | 0, 0 => s_sum
  | 0, _ => fun=> [::]
  | M'.+1, 0 => mul_sums s_sum (power_sum M' 0)
  | M'.+1, r'.+1 => add_sums (mul_sums s_sum (power_sum M' r)) (A_sum (power_sum M' r'))
  end.

Definition closed_weight M r : rat := (-1) ^+ r / (M.+1%:R * (M + r).+1`!%:R).

(** The formula; a product has [M + r + 1 = i] arcs, and with [d] arcs or more not all begin at different vertices. *)
Definition formula : seq (rat * form d) :=
  flatten [seq flatten [seq scale (closed_weight (i - r.+1) r) (power_sum (i - r.+1) r q) | r <- iota 0 i]
          | i <- iota 1 d.-1].

(** The arcs of a forest, as a form: [form_value x (arcs_of F)] is [g_F(x) = sum sigma_v (x_u - x_v)^+]. *)
Definition arcs_of F : form d := pmap (fun v => omap (fun a => ((-1) ^+ nat_of_bool a.1, (v, a.2))) (F v)) (inputs d).

Definition different_vertices (t : form d) : bool := uniq [seq a.2.1 | a <- t].

(** [c_F]: each other arc of the product gives its -1. *)
Definition coefficient_of F : rat :=
  \sum_(t <- formula | different_vertices t.2 && all (mem t.2) (arcs_of F))
     t.1 * (-1) ^+ (size t.2 - size (arcs_of F)).

End Formula.

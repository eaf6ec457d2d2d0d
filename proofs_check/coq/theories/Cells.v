(** * Sums of ReLUs of linear forms where the numbers decrease

    Let z_0 >= z_1 >= ... .  A linear form d is nonnegative there if its partial sums are and their last, its sum, is 0;
    then relu(d) = d, and relu(-d) = 0.  Other forms are reduced to a primitive u whose first coefficient other than 0
    is positive, with g > 0, by relu(g u) = g relu(u) and relu(-g u) = g relu(u) - g u.  So a sum of ReLUs is a linear
    form plus multiples of relu(u) for different u.  The checker adds up both, in integers, and accepts if all these
    multiples are 0 and the linear form is the one that is claimed.

    A form in M_ij = max(x_i, x_j) is linear where the x_i decrease in a given order: of each part, the one of i and j
    that comes first. *)

From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Checker Images ImageValues.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Delimit Scope Z_scope with z.


(** ** The checker *)

(** Sums of weights for keys, lists of integers: a tree with a level for each place of the key. *)
Inductive tree := Nil | Node (digit : Z) (below : tree) (weight : Z) (beside : tree).

Fixpoint chain (key : seq Z) (w : Z) : tree :=
  match key with
  | [::] => Nil
  | d :: rest => if rest is [::] then Node d Nil w Nil else Node d (chain rest w) 0%z Nil
  end.

Fixpoint add (t : tree) (key : seq Z) (w : Z) : tree :=
  match key with
  | [::] => t
  | d :: rest =>
    match t with
    | Nil => chain key w
    | Node e below v beside =>
      if Z.eqb d e then
        if rest is [::] then Node e below (Z.add v w) beside else Node e (add below rest w) v beside
      else Node e below v (add beside key w)
    end
  end.

(** The keys with weights other than 0; those of the tree continue the one given. *)
Fixpoint elements (t : tree) (before : seq Z) : seq (seq Z * Z) :=
  match t with
  | Nil => [::]
  | Node d below w beside =>
    let here := rcons before d in
    let others := elements below here ++ elements beside before in
    if Z.eqb w 0 then others else (here, w) :: others
  end.

(** Adds to s the coefficients of the parts that name a, and to [rest] the other parts. *)
Fixpoint split (a : nat) (k : form) (s : Z) (rest : form) : Z * form :=
  match k with
  | [::] => (s, rest)
  | e :: k' =>
    if (if eqn e.2.1 a then true else eqn e.2.2 a) then split a k' (Z.add s e.1) rest else split a k' s (e :: rest)
  end.

(** The coefficients of the x_a in a form, a in the given order, where x_a decreases in it. *)
Fixpoint along (order : seq nat) (k : form) : seq Z :=
  match order with
  | [::] => [::]
  | a :: order' => let (s, rest) := split a k 0%z [::] in s :: along order' rest
  end.

Definition collect (orders : seq (seq nat)) (rows : seq (Z * form)) : tree :=
  foldl (fun t wk => foldl (fun t order => add t (along order wk.2) wk.1) t orders) Nil rows.

(** v + w d. *)
Fixpoint add_times (w : Z) (d v : seq Z) : seq Z :=
  match d, v with
  | a :: d', b :: v' => Z.add b (Z.mul w a) :: add_times w d' v'
  | _, _ => [::]
  end.

(** The linear form d is nonnegative where z_0 >= z_1 >= ... *)
Definition positive (d : seq Z) : bool := all (Z.leb 0) (scanl Z.add 0%z d) && Z.eqb (sum d) 0.

(** A divisor with the sign of the first coefficient other than 0. *)
Definition content (d : seq Z) : Z := (Z.sgn (nth 0 d (find (fun a => negb (Z.eqb a 0)) d)) * foldr Z.gcd 0 d)%z.

(** Adds w relu(d) to the linear form v + the ReLUs of t. *)
Definition settle (vt : seq Z * tree) (dw : seq Z * Z) : seq Z * tree :=
  let (v, t) := vt in
  let (d, w) := dw in
  if positive d then (add_times w d v, t)
  else if positive (map Z.opp d) then vt
  else
    let g := content d in
    let u := [seq Z.div a g | a <- d] in
    if [seq Z.mul g a | a <- u] == d then
      (if Z.ltb 0 g then v else add_times w d v, add t u (Z.mul w (Z.abs g)))
    else (v, add t d w).

Arguments settle : simpl never.

(** The sum of all is t z_0. *)
Definition check_cell (n : nat) (orders : seq (seq nat)) (plain rows : seq (Z * form)) (t : Z) : bool :=
  let lines := elements (collect orders plain) [::] in
  let bends := elements (collect orders rows) [::] in
  let linear := foldl (fun v dw => add_times dw.2 dw.1 v) (nseq n 0%z) lines in
  let (v, rest) := foldl settle (linear, Nil) bends in
  [&& all (fun dw => size dw.1 == n) lines, all (fun dw => size dw.1 == n) bends, nilp (elements rest [::])
    & v == t :: nseq n.-1 0%z].

(** ** It is sound *)

Section Soundness.

Variable F : realFieldType.
Local Open Scope ring_scope.
Local Notation "[ z ]" := (of_Z F z).

Fixpoint tree_sum (f : seq Z -> F) (t : tree) : F :=
  match t with
  | Nil => 0
  | Node d below w beside => [w] * f [:: d] + tree_sum (fun key => f (d :: key)) below + tree_sum f beside
  end.

Lemma eq_tree_sum f g t : f =1 g -> tree_sum f t = tree_sum g t.
Proof. by elim: t f g => //= d b IHb w s IHs f g E; rewrite E (IHb _ (fun key => g (d :: key))) ?(IHs _ g). Qed.

Lemma tree_sum_chain f key w : key != [::] -> tree_sum f (chain key w) = [w] * f key.
Proof.
elim: key f => // d [|e key] IH f _ /=; first by rewrite !addr0.
by move: IH => /= ->; rewrite // mul0r add0r addr0.
Qed.

Lemma tree_sum_add f t key w : key != [::] -> tree_sum f (add t key w) = tree_sum f t + [w] * f key.
Proof.
elim: t f key => [|e b IHb v s IHs] f [|d key] // _; first by rewrite -[add _ _ _]/(chain (d :: key) w) tree_sum_chain // add0r.
rewrite [add _ _ _]/=; case: Z.eqb_spec => [->|_] /=; last by rewrite IHs // addrA.
case: key => [|d' key] /=; first by rewrite of_ZD mulrDl -!addrA; congr (_ + _); rewrite addrC -addrA.
by rewrite IHb //= -!addrA; congr (_ + (_ + _)); rewrite addrC.
Qed.

Lemma tree_sum_elements f t before :
  \sum_(e <- elements t before) [e.2] * f e.1 = tree_sum (fun key => f (before ++ key)) t.
Proof.
elim: t before => [|d b IHb w s IHs] before /=; first by rewrite big_nil.
have -> : tree_sum (fun key => f (before ++ d :: key)) b = tree_sum (fun key => f (rcons before d ++ key)) b.
  by apply: eq_tree_sum => key; rewrite cat_rcons.
by case: Z.eqb_spec => [->|_]; rewrite ?big_cons big_cat /= IHb IHs ?mul0r ?add0r // cats1 addrA.
Qed.

Lemma along_neq0 order k : order != [::] -> along order k != [::].
Proof. by case: order => // a order _ /=; case: split. Qed.

Lemma tree_sum_collect f orders rows : all (fun order => order != [::]) orders ->
  tree_sum f (collect orders rows) = \sum_(wk <- rows) \sum_(order <- orders) [wk.1] * f (along order wk.2).
Proof.
move=> nonempty; rewrite /collect -[RHS]add0r -[X in X + _]/(tree_sum f Nil); move: Nil => t.
elim: rows t => [|wk rows IH] t /=; first by rewrite big_nil addr0.
rewrite {}IH big_cons addrA; congr (_ + _).
elim: orders nonempty t => [|order orders IH] /= => [_|/andP[ne /IH{}IH]] t; first by rewrite big_nil addr0.
by rewrite IH tree_sum_add ?along_neq0 // big_cons addrA.
Qed.

(** The linear form d at z. *)
Fixpoint dot (d : seq Z) (z : seq F) : F :=
  match d, z with
  | a :: d', b :: z' => [a] * b + dot d' z'
  | _, _ => 0
  end.

Lemma dot_add_times w d v z : size d = size v -> dot (add_times w d v) z = dot v z + [w] * dot d z.
Proof.
elim: d v z => [|a d IH] [|b v] [|c z] //=; rewrite ?mulr0 ?addr0 // => -[/IH->].
by rewrite of_ZD of_ZM mulrDl mulrDr mulrA addrACA.
Qed.

Lemma size_add_times w d v : size d = size v -> size (add_times w d v) = size v.
Proof. by elim: d v => [|a d IH] [|b v] //= [/IH->]. Qed.

Lemma dot_scale g u z : dot [seq Z.mul g a | a <- u] z = [g] * dot u z.
Proof. by elim: u z => [|a u IH] [|b z] /=; rewrite ?mulr0 // of_ZM IH mulrDr mulrA. Qed.

Lemma dot_opp d z : dot (map Z.opp d) z = - dot d z.
Proof. by elim: d z => [|a d IH] [|b z] /=; rewrite ?oppr0 // of_ZN IH opprD mulNr. Qed.

Lemma dot_nseq0 n z : dot (nseq n 0%z) z = 0.
Proof. by elim: n z => [|n IH] [|b z] //=; rewrite mul0r IH addr0. Qed.

Lemma dot_partial d z s b : size d = size z -> path >=%R b z -> (0 <= [s]) ->
  all (Z.leb 0) (scanl Z.add s d) -> [Z.add s (sum d)] * last b z <= [s] * b + dot d z.
Proof.
elim: d z s b => [|a d IH] [|c z] s b //=; first by rewrite Z.add_0_r addr0.
move=> [same] /andP[le_cb decreasing] s_ge0 /andP[sa_ge0 others].
apply: le_trans (_ : [Z.add s a] * c + dot d z <= _).
  by rewrite Z.add_assoc; apply: IH => //; apply: of_Z_ge0.
by rewrite of_ZD mulrDl -addrA ler_add2r ler_wpmul2l.
Qed.

Lemma dot_positive d z : size d = size z -> sorted >=%R z -> positive d -> 0 <= dot d z.
Proof.
case: z => [|b z] same decreasing /andP[partial /Z.eqb_eq sum0]; first by case: d same {partial sum0}.
have down : path >=%R b (b :: z) by rewrite /= lexx; exact: decreasing.
by have := @dot_partial d (b :: z) 0%z b same down (lexx 0) partial; rewrite Z.add_0_l; rewrite sum0 !mul0r add0r.
Qed.

Definition relu_at (z : seq F) (d : seq Z) : F := relu (dot d z).

Lemma relu_pmul (c v : F) : 0 <= c -> relu (c * v) = c * relu v.
Proof. by move=> c_ge0; rewrite /relu maxr_pmulr // mulr0. Qed.

Lemma relu_opp (v : F) : relu (- v) = relu v - v.
Proof. by rewrite /relu addr_maxl add0r subrr maxC. Qed.

Lemma settle_sound n z v t d w : size z = n -> sorted >=%R z -> size v = n -> size d = n -> (0 < n)%N ->
  let vt := settle (v, t) (d, w) in
  size vt.1 = n /\ dot vt.1 z + tree_sum (relu_at z) vt.2 = dot v z + tree_sum (relu_at z) t + [w] * relu_at z d.
Proof.
move=> size_z decreasing size_v size_d n_gt0; rewrite /settle /relu_at.
have same : size d = size v by rewrite size_d.
have d_neq0 : d != [::] by rewrite -size_eq0 size_d -lt0n.
case: ifP => [pos | _].
  split=> /=; first by rewrite size_add_times.
  rewrite dot_add_times // addrAC /relu (max_r (dot_positive _ _ pos)) ?size_d ?size_z //.
case: ifP => [neg | _].
  split=> //=; have := dot_positive _ decreasing neg; rewrite size_map size_d size_z dot_opp oppr_ge0 => /(_ erefl) le0.
  by rewrite /relu (max_l le0) mulr0 addr0.
set g := content d; set u := map _ d; case: eqP => [def_d | _]; last first.
  by split=> //=; rewrite tree_sum_add // addrA.
have u_neq0 : u != [::] by rewrite -size_eq0 size_map size_eq0.
have def : dot d z = [g] * dot u z by rewrite -[in LHS]def_d dot_scale.
split=> /=; first by case: ifP; rewrite ?size_add_times.
rewrite tree_sum_add // of_ZM of_Z_norm def.
case: Z.ltb_spec => [g_gt0 | g_le0].
  have {}g_gt0 : 0 < [g] by apply: of_Z_gt0; apply/Z.ltb_lt.
  by rewrite addrA gtr0_norm // relu_pmul ?(ltW g_gt0) // mulrA.
have {}g_le0 : 0 <= - [g] by rewrite -of_ZN; apply: of_Z_ge0; apply/Z.leb_le; lia.
have -> : `|[g]| = - [g] by apply: ler0_norm; rewrite -oppr_ge0.
rewrite dot_add_times // -!addrA; congr (_ + _); rewrite addrCA; congr (_ + _).
rewrite def -[[g] * _]opprK -mulNr relu_opp relu_pmul // mulNr opprK.
by rewrite mulrDr [[w] * (- _ * _)]mulrA addrC.
Qed.

Lemma settle_all n z elems v t : size z = n -> sorted >=%R z -> (0 < n)%N -> size v = n ->
  all (fun dw : seq Z * Z => size dw.1 == n) elems ->
  let vt := foldl settle (v, t) elems in
  dot vt.1 z + tree_sum (relu_at z) vt.2
  = dot v z + tree_sum (relu_at z) t + \sum_(dw <- elems) [dw.2] * relu_at z dw.1.
Proof.
move=> size_z decreasing n_gt0; elim: elems v t => [|[d w] elems IH] v t size_v /=; first by rewrite big_nil addr0.
case/andP=> /eqP size_d sizes; rewrite big_cons addrA.
have [] := settle_sound t w size_z decreasing size_v size_d n_gt0; case: settle => v' t' /= size_v' <-.
exact: IH.
Qed.

Lemma add_all n z elems v : size z = n -> size v = n -> all (fun dw : seq Z * Z => size dw.1 == n) elems ->
  let v' := foldl (fun v (dw : seq Z * Z) => add_times dw.2 dw.1 v) v elems in
  size v' = n /\ dot v' z = dot v z + \sum_(dw <- elems) [dw.2] * dot dw.1 z.
Proof.
move=> size_z; elim: elems v => [|[d w] elems IH] v size_v /=; first by rewrite big_nil addr0.
case/andP=> /eqP size_d sizes; rewrite big_cons addrA -dot_add_times ?size_d ?size_v //.
by apply: IH; rewrite // size_add_times ?size_d ?size_v.
Qed.

(** The sum over rows and orders of w phi(form along the order). *)
Definition cell_sum (phi : F -> F) (orders : seq (seq nat)) (rows : seq (Z * form)) (z : seq F) : F :=
  \sum_(wk <- rows) \sum_(order <- orders) [wk.1] * phi (dot (along order wk.2) z).

Lemma check_cell_sound n orders plain rows t z : check_cell n orders plain rows t ->
  all (fun order => order != [::]) orders -> size z = n -> sorted >=%R z -> (0 < n)%N ->
  cell_sum id orders plain z + cell_sum (@relu F) orders rows z = [t] * head 0 z.
Proof.
move=> checked nonempty size_z decreasing n_gt0; move: checked; rewrite /check_cell.
set lines := elements _ _; set bends := elements (collect orders rows) _; set linear := foldl _ _ lines.
case E: (foldl settle _ _) => [v rest] /and4P[sizes_lines sizes_bends /nilP rest0 /eqP def_v].
have [size_linear sum_linear] := add_all size_z (size_nseq n 0%z) sizes_lines.
have := settle_all Nil size_z decreasing n_gt0 size_linear sizes_bends; rewrite -/linear E /=.
have -> : tree_sum (relu_at z) rest = 0 by rewrite -(tree_sum_elements (relu_at z) rest [::]) rest0 big_nil.
rewrite -/linear in sum_linear; rewrite sum_linear dot_nseq0 add0r !addr0 def_v.
rewrite (tree_sum_elements (fun d => dot d z)) (tree_sum_elements (relu_at z)) !tree_sum_collect // => <-.
by case: z size_z {decreasing sum_linear} => [|b z] _ //=; rewrite ?mulr0 // dot_nseq0 addr0.
Qed.

End Soundness.

(** ** Along an order *)

Section Along.

Variable F : realFieldType.
Local Open Scope ring_scope.
Local Notation "[ z ]" := (of_Z F z).

Definition names (a : nat) (e : part) : bool := (e.2.1 == a) || (e.2.2 == a).

Lemma split_sum (g : part -> F) a (c : F) k s rest : (forall e, e \in k -> names a e -> g e = [e.1] * c) ->
  let sr := split a k s rest in
  [sr.1] * c + \sum_(e <- sr.2) g e = [s] * c + \sum_(e <- rest) g e + \sum_(e <- k) g e.
Proof.
elim: k s rest => [|e k IH] s rest same /=; first by rewrite big_nil addr0.
have IHk s' rest' := IH s' rest' (fun e' in_k => same e' (@mem_behead _ (e :: k) e' in_k)).
have -> : (if eqn e.2.1 a then true else eqn e.2.2 a) = names a e by [].
rewrite big_cons; case: ifP => [named | _]; rewrite IHk /=.
  by rewrite of_ZD mulrDl (same e) ?mem_head // -!addrA; congr (_ + _); rewrite addrCA.
by rewrite big_cons -!addrA; congr (_ + _); rewrite addrCA.
Qed.

Lemma split_mem a k s rest e :
  e \in (split a k s rest).2 -> (e \in rest) || (e \in k) && ~~ names a e.
Proof.
elim: k s rest => [|e' k IH] s rest /=; first by move=> ->.
have -> : (if eqn e'.2.1 a then true else eqn e'.2.2 a) = names a e' by [].
case: ifP => named /IH; rewrite inE; last first.
  by rewrite inE; case: eqP => [-> | _] //=; rewrite named orbT.
by case: eqP => [-> | _] //=; rewrite named andbF.
Qed.

Lemma by_along k order (x : nat -> F) :
  sorted (fun a b => x b <= x a) order -> all (fun e : part => (e.2.1 \in order) && (e.2.2 \in order)) k ->
  by_parts k x = dot (along order k) [seq x a | a <- order].
Proof.
elim: order k => [|a order IH] k decreasing /=.
  by case: k => [|e k] //=; rewrite /by_parts big_nil.
move=> inside; case E: (split a k 0%z [::]) => [s rest] /=.
have top b : b \in a :: order -> x b <= x a.
  rewrite inE => /predU1P[-> // | in_order].
  have trans : transitive (fun a b => x b <= x a) by move=> ? ? ? le1 le2; apply: le_trans le2 le1.
  exact: (allP (order_path_min trans decreasing)).
have same e : e \in k -> names a e -> [e.1] * max_at x e.2 = [e.1] * x a.
  move=> /(allP inside)/andP[in1 in2]; rewrite /max_at => /orP[] /eqP ->.
    by rewrite max_l ?top.
  by rewrite max_r ?top.
have := split_sum 0%z [::] same; rewrite E /= mul0r big_nil add0r add0r -/(by_parts k x) => <-.
congr (_ + _); apply: IH; first exact: path_sorted decreasing.
apply/allP => e in_rest; have := @split_mem a k 0%z [::] e; rewrite E in_nil /= => /(_ in_rest)/andP[in_k].
by have /andP[] := allP inside e in_k; rewrite !inE /names => /predU1P[->|->] /predU1P[->|->]; rewrite ?eqxx ?orbT.
Qed.

End Along.

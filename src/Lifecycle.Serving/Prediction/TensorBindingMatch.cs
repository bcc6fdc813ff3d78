using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Lifecycle.Serving;

/// <summary>Finds the members of row types that belong to the tensors of a model. Where two could be meant, none is taken.</summary>
/// <param name="signature">The model's.</param>
/// <param name="onlyWhatFits">Leaves what does not fit instead of refusing it.</param>
internal sealed class ModelColumns(TensorSignature signature, bool onlyWhatFits = false)
{
    public RowColumns<T> Inputs<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(IReadOnlyList<string> order, Func<MemberInfo, string?>? names)
    {
        if (Whole<T>(signature.Inputs, "input") is { } whole)
        {
            return whole;
        }

        RowMembers members = RowMembers.Of<T>(names);
        RowMember[] candidates = [.. members.All.Where(m => m.CanGet)];
        if (onlyWhatFits)
        {
            return Fitting<T>(signature.Inputs, members, candidates, "input");
        }

        if (order.Count > 0 && Packed<T>(candidates, order) is { } packed)
        {
            return new RowColumns<T>(members, packed);
        }

        List<TensorColumn<T>> columns = [];
        Dictionary<RowMember, TensorSpec> taken = [];
        for (int i = 0; i < signature.Inputs.Count; i++)
        {
            TensorSpec input = signature.Inputs[i];
            RowMember member = Find<T>(input, candidates, "input", taken) ?? throw Refuse(
                $"the input {input} has no property in {ColumnTypes.Say(typeof(T))} ({Names(candidates)}); "
                + (input.Shape is { Rank: 2 } shape && shape[1] != 1
                    ? "give it an array property, or the order of scalar ones by s.PackInputs(...) or the model property lifecycle.columns"
                    : $"add one, or mark one with [ModelColumn(\"{input.Name}\")]"));
            columns.Add(TensorColumn<T>.Of(member, new TensorSlot(input, i)));
        }

        return new RowColumns<T>(members, [.. columns]);
    }

    public RowColumns<T> Outputs<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(Func<MemberInfo, string?>? names)
    {
        if (Whole<T>(signature.Outputs, "output") is { } whole)
        {
            return whole;
        }

        RowMembers members = RowMembers.Of<T>(names);
        if (onlyWhatFits)
        {
            return Fitting<T>(signature.Outputs, members, [.. members.All.Where(m => m.CanGet)], "output");
        }

        RowMember[] wanted = [.. members.All.Where(members.IsMade)];
        List<TensorColumn<T>> columns = [];
        Dictionary<RowMember, TensorSpec> taken = [];
        for (int i = 0; i < signature.Outputs.Count; i++)
        {
            if (Find<T>(signature.Outputs[i], wanted, "output", taken) is { } member)
            {
                columns.Add(TensorColumn<T>.Of(member, new TensorSlot(signature.Outputs[i], i)));
            }
        }

        if (Array.Find(wanted, m => !taken.ContainsKey(m)) is { } without)
        {
            throw Refuse($"the property {Say<T>(without)} has no output{(without.Column is null ? string.Empty : $" '{without.Column}'")} in the model");
        }

        return columns.Count > 0
            ? new RowColumns<T>(members, [.. columns])
            : throw Refuse($"{members.WhyNotMade ?? $"{ColumnTypes.Say(typeof(T))} has no property that can be set"}");
    }

    /// <summary>The refusal, with what the model takes and gives.</summary>
    public ModelRejectedException Refuse(string why) =>
        new($"binding: {why}. Inputs of the model: {string.Join(", ", signature.Inputs)}; outputs: {string.Join(", ", signature.Outputs)}");

    private static string Names(RowMember[] members) => members.Length == 0 ? "it has none" : string.Join(", ", members.Select(m => m.Name));

    private static string Say<T>(RowMember member) => $"{ColumnTypes.Say(typeof(T))}.{member.Name}";

    private RowColumns<T>? Whole<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(IReadOnlyList<TensorSpec> specs, string side)
    {
        if (ColumnTypes.Of(typeof(T)) is null)
        {
            return null;
        }

        if (onlyWhatFits && (specs.Count != 1 || ColumnTypes.WhyNot(typeof(T), specs[0]) is not null))
        {
            return new RowColumns<T>(null, []);
        }

        if (specs.Count != 1)
        {
            throw Refuse($"the type {ColumnTypes.Say(typeof(T))} stands for one {side} and the model has {specs.Count}; make a type with a property for each");
        }

        return ColumnTypes.WhyNot(typeof(T), specs[0]) is { } why
            ? throw Refuse($"the type for the {side} {specs[0]} {why}")
            : new RowColumns<T>(null, [TensorColumn<T>.Whole(new TensorSlot(specs[0], 0))]);
    }

    private RowColumns<T> Fitting<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(
        IReadOnlyList<TensorSpec> specs, RowMembers members, RowMember[] candidates, string side)
    {
        List<TensorColumn<T>> columns = [];
        Dictionary<RowMember, TensorSpec> taken = [];
        for (int i = 0; i < specs.Count; i++)
        {
            try
            {
                if (Find<T>(specs[i], candidates, side, taken) is { } member)
                {
                    columns.Add(TensorColumn<T>.Of(member, new TensorSlot(specs[i], i)));
                }
            }
            catch (ModelRejectedException)
            {
                // It does not fit, or could be two.
            }
        }

        return new RowColumns<T>(members, [.. columns]);
    }

    /// <summary>The member of a tensor; null when there is none.</summary>
    private RowMember? Find<T>(TensorSpec spec, RowMember[] candidates, string side, Dictionary<RowMember, TensorSpec> taken)
    {
        if (Named<T>(spec.Name, $"the {side} {spec}", candidates) is not { } member)
        {
            return null;
        }

        if (taken.TryGetValue(member, out TensorSpec? other))
        {
            throw Refuse(
                $"the property {Say<T>(member)} stands for two {side}s, {other} and {spec}; mark it with [ModelColumn(\"{other.Name}\")] and add one for the other");
        }

        taken.Add(member, spec);
        return ColumnTypes.WhyNot(member.Type, spec) is { } why ? throw Refuse($"the property {Say<T>(member)} for the {side} {spec} {why}") : member;
    }

    /// <summary>The member of a name: the one that has exactly this name, else the one that has it but for case, <c>_</c>, <c>-</c> and space.</summary>
    private RowMember? Named<T>(string name, string what, RowMember[] candidates)
    {
        RowMember[] found = [.. candidates.Where(m => (m.Column ?? m.Name) == name)];
        if (found.Length == 0)
        {
            string plain = RowMembers.Plain(name);
            found = [.. candidates.Where(m => m.Column is null && RowMembers.Plain(m.Name) == plain)];
        }

        return found.Length > 1
            ? throw Refuse($"{what} could be each of {string.Join(", ", found.Select(Say<T>))}; mark one with [ModelColumn(\"{name}\")]")
            : found.Length == 0 ? null : found[0];
    }

    /// <summary>Scalars that make a row of the only input; null when an array property has its name.</summary>
    private TensorColumn<T>[]? Packed<T>(RowMember[] candidates, IReadOnlyList<string> order)
    {
        if (signature.Inputs is not [var input])
        {
            throw Refuse($"an order of columns ({string.Join(", ", order)}) needs a model with one input; this one has {signature.Inputs.Count}");
        }

        if (Named<T>(input.Name, $"the input {input}", candidates) is { } whole && ColumnTypes.Of(whole.Type) is { IsArray: true })
        {
            return null;
        }

        if (input.Shape.Rank != 2 || input.Shape[1] is var width && width != -1 && width != order.Count)
        {
            throw Refuse($"the order ({string.Join(", ", order)}) has {order.Count} columns and a row of the input {input} has not");
        }

        TensorSlot slot = new(input, 0);
        TensorSpec one = input with { Shape = [input.Shape[0], 1] };
        List<TensorColumn<T>> columns = [];
        HashSet<RowMember> taken = [];
        foreach (string name in order)
        {
            RowMember member = Named<T>(name, $"the column '{name}' of the input {input}", candidates)
                ?? throw Refuse($"the column '{name}' of the input {input} has no property in {ColumnTypes.Say(typeof(T))} ({Names(candidates)})");
            if (!taken.Add(member))
            {
                throw Refuse($"the property {Say<T>(member)} stands for two columns of the input {input}");
            }

            string? why = ColumnTypes.Of(member.Type) is { IsArray: true } ? "is an array; make it a single value" : ColumnTypes.WhyNot(member.Type, one);
            if (why is not null)
            {
                throw Refuse($"the property {Say<T>(member)} for the column '{name}' of the input {input} {why}");
            }

            columns.Add(TensorColumn<T>.Of(member, slot, columns.Count, order.Count));
        }

        return [.. columns];
    }
}

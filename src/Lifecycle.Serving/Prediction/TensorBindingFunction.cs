using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>The tensors of a function, made from its types.</summary>
internal static class FunctionColumns
{
    public static (List<TensorSpec>? Specs, RowColumns<T>? Rows) Inputs<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(out string? reason)
    {
        if (ColumnTypes.Of(typeof(T)) is not null)
        {
            return Whole<T>("input", out reason);
        }

        RowMembers members = RowMembers.Of<T>(null);
        (List<TensorSpec>? specs, RowColumns<T>? rows) = Of<T>(members, members.IsMade, out reason);
        reason ??= rows!.WhyNotRead;
        return reason is null ? (specs, rows) : default;
    }

    public static (List<TensorSpec>? Specs, RowColumns<T>? Rows) Outputs<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(out string? reason) =>
        ColumnTypes.Of(typeof(T)) is not null ? Whole<T>("output", out reason) : Of<T>(RowMembers.Of<T>(null), m => m.CanGet, out reason);

    private static (List<TensorSpec>? Specs, RowColumns<T>? Rows) Whole<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(string name, out string? reason)
    {
        TensorSpec spec = Spec(name, ColumnTypes.Of(typeof(T))!.Value);
        reason = null;
        return ([spec], new RowColumns<T>(null, [TensorColumn<T>.Whole(new TensorSlot(spec, 0))]));
    }

    private static (List<TensorSpec>? Specs, RowColumns<T>? Rows) Of<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(
        RowMembers members, Func<RowMember, bool> has, out string? reason)
    {
        List<TensorSpec> specs = [];
        List<TensorColumn<T>> columns = [];
        reason = null;
        foreach (RowMember member in members.All.Where(has))
        {
            string name = member.Column ?? member.Name;
            if (ColumnTypes.Of(member.Type) is not { } type)
            {
                reason = $"the property {ColumnTypes.Say(typeof(T))}.{member.Name} is {ColumnTypes.Say(member.Type)}, which no tensor holds";
                return default;
            }

            if (specs.Exists(s => s.Name == name))
            {
                reason = $"two properties of {ColumnTypes.Say(typeof(T))} are called '{name}'";
                return default;
            }

            specs.Add(Spec(name, type));
            columns.Add(TensorColumn<T>.Of(member, new TensorSlot(specs[^1], columns.Count)));
        }

        reason = columns.Count > 0 ? null : members.WhyNotMade ?? $"{ColumnTypes.Say(typeof(T))} has no public property that is a column";
        return reason is null ? (specs, new RowColumns<T>(members, [.. columns])) : default;
    }

    private static TensorSpec Spec(string name, (TensorElementType Element, bool IsArray) type) => type.IsArray
        ? new(name, type.Element, [-1, -1])
        : new(name, type.Element, [-1, 1]) { IsScalar = true };
}

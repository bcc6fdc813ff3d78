namespace Lifecycle.Validation;

public sealed partial class EvaluationSet
{
    private IReadOnlyList<FeatureConstraint> _relations = [];
    private FeatureTable? _table;

    /// <summary>All rules of how features may change: those of each feature, then those between features.</summary>
    public IReadOnlyList<FeatureConstraint> Constraints => [.. _features.SelectMany(f => f.Constraints), .. _relations];

    /// <summary>Says that some features of numbers are one choice: one of them is 1 and the others are 0.</summary>
    /// <param name="columns">At least two features, each in one such group only.</param>
    /// <exception cref="UnknownColumnException">A feature is not there.</exception>
    /// <exception cref="ArgumentException">
    /// Fewer than two features, one that is no number, or one that belongs to another group.
    /// </exception>
    public EvaluationSet OneHot(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Distinct(StringComparer.Ordinal).Count() < 2)
        {
            throw new ArgumentException(
                "OneHot needs at least two different features, for example OneHot(\"owner\", \"rent\", \"other\").", nameof(columns));
        }

        foreach (string column in columns)
        {
            _ = NumberNamed(column, nameof(OneHot), allowFlags: true);
            if (_relations.Any(r => r.Kind == "oneHot" && r.Columns.Contains(column)))
            {
                throw new ArgumentException($"The feature '{column}' belongs to another one-hot group already.", nameof(columns));
            }
        }

        return WithRelation(FeatureConstraint.OneHot([.. columns.Distinct(StringComparer.Ordinal)]));
    }

    /// <summary>Says that one feature never exceeds another.</summary>
    /// <param name="lesser">The feature that is at most the other.</param>
    /// <param name="greater">The other.</param>
    /// <exception cref="UnknownColumnException">A feature is not there.</exception>
    /// <exception cref="ArgumentException">Both are the same, or one is no number.</exception>
    public EvaluationSet LessOrEqual(string lesser, string greater)
    {
        _ = NumberNamed(lesser, nameof(LessOrEqual), allowFlags: false);
        _ = NumberNamed(greater, nameof(LessOrEqual), allowFlags: false);
        return lesser != greater
            ? WithRelation(FeatureConstraint.Order(lesser, greater))
            : throw new ArgumentException($"LessOrEqual compares two features; '{lesser}' was named twice.", nameof(greater));
    }

    /// <summary>The feature of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none; the message lists those there are.</exception>
    public FeatureColumn FeatureNamed(string name) =>
        _features.FirstOrDefault(f => f.Name == name) ?? throw new UnknownColumnException(name, _features.Select(f => f.Name));

    internal IReadOnlyList<FeatureConstraint> Relations => _relations;

    /// <summary>The features as arrays of numbers, made once for a list of features.</summary>
    internal FeatureTable Table()
    {
        FeatureTable? table = _table;
        if (table is null || !table.IsOf(_features, _relations))
        {
            _table = table = new FeatureTable(_features, _relations, Count);
        }

        return table;
    }

    /// <summary>The set with one feature that may change even if it is immutable.</summary>
    internal EvaluationSet Released(string name)
    {
        FeatureColumn feature = FeatureNamed(name);
        EvaluationSet set = Copy();
        set._features = feature.IsImmutable ? [.. _features.Select(f => ReferenceEquals(f, feature) ? f.Released() : f)] : _features;
        return set;
    }

    private FeatureColumn NumberNamed(string name, string rule, bool allowFlags)
    {
        FeatureColumn feature = FeatureNamed(name);
        return feature.IsNumber || (allowFlags && feature.Column.Column.Type == ColumnType.Boolean)
            ? feature
            : throw new ArgumentException($"{rule} needs features of numbers; '{name}' is {feature.Column.Column.Type}.");
    }

    private EvaluationSet WithRelation(FeatureConstraint relation)
    {
        EvaluationSet set = Copy();
        set._relations = [.. _relations, relation];
        return set;
    }
}

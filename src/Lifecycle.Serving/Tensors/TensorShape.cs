using System.Collections;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Dimensions of a tensor, outermost first. In a signature -1 stands for any size; in a value every dimension is 0 or more.
/// Write it as a collection: <c>TensorShape shape = [1, 4];</c>.
/// </summary>
[CollectionBuilder(typeof(TensorShape), nameof(Create))]
public readonly struct TensorShape : IReadOnlyList<long>, IEquatable<TensorShape>
{
    private readonly long[]? _dimensions;

    private TensorShape(long[] dimensions) => _dimensions = dimensions;

    /// <summary>Number of dimensions; 0 for a single value.</summary>
    public int Rank => _dimensions?.Length ?? 0;

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions;

    /// <summary>Whether every dimension is known.</summary>
    public bool IsKnown => !Dimensions.ContainsAnyInRange(long.MinValue, -1);

    /// <inheritdoc/>
    int IReadOnlyCollection<long>.Count => Rank;

    /// <summary>The dimension at this position, counted from 0.</summary>
    public long this[int index] => Dimensions[index];

    /// <summary>Makes a shape.</summary>
    /// <param name="dimensions">Outermost first; -1 for any size.</param>
    /// <exception cref="ArgumentException">A dimension is below -1.</exception>
    public static TensorShape Create(ReadOnlySpan<long> dimensions)
    {
        foreach (long dimension in dimensions)
        {
            if (dimension < -1)
            {
                throw new ArgumentException($"A dimension cannot be {dimension}; use 0 or more, or -1 for any size.", nameof(dimensions));
            }
        }

        return new TensorShape(dimensions.ToArray());
    }

    /// <summary>A shape of sizes that came from outside; <see cref="ElementCount"/> refuses negative ones.</summary>
    internal static TensorShape Unchecked(ReadOnlySpan<long> dimensions) => new(dimensions.ToArray());

    /// <summary>Number of elements, by checked 64-bit arithmetic, before anything is allocated for them.</summary>
    /// <exception cref="InvalidInputException">A dimension is negative, or the product is more than 2^31 - 1.</exception>
    public int ElementCount()
    {
        if (!IsKnown)
        {
            throw new InvalidInputException($"The shape {this} has a negative dimension; a value has sizes of 0 or more.");
        }

        if (Dimensions.Contains(0L))
        {
            return 0;
        }

        UInt128 product = 1;
        foreach (long dimension in Dimensions)
        {
            product *= (ulong)dimension;
            if (product > int.MaxValue)
            {
                throw new InvalidInputException($"The shape {this} has more than {int.MaxValue} elements.");
            }
        }

        return (int)product;
    }

    /// <summary>This shape with another size of the first dimension.</summary>
    public TensorShape WithRows(long rows)
    {
        if (Rank == 0)
        {
            throw new InvalidOperationException("A single value has no rows.");
        }

        long[] copy = Dimensions.ToArray();
        copy[0] = rows;
        return new TensorShape(copy);
    }

    /// <summary>Whether a value of shape <paramref name="value"/> may stand where this shape is declared: same rank, equal sizes, -1 takes any.</summary>
    public bool Takes(TensorShape value)
    {
        if (Rank != value.Rank)
        {
            return false;
        }

        for (int i = 0; i < Rank; i++)
        {
            if (this[i] != -1 && this[i] != value[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether two declared shapes can mean the same: same rank, and sizes equal or one of them -1.</summary>
    public bool CompatibleWith(TensorShape other)
    {
        if (Rank != other.Rank)
        {
            return false;
        }

        for (int i = 0; i < Rank; i++)
        {
            if (this[i] != other[i] && this[i] != -1 && other[i] != -1)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (long dimension in Dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <summary>For example <c>[-1,4]</c>.</summary>
    public override string ToString() => $"[{string.Join(',', this)}]";

    /// <inheritdoc/>
    public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)(_dimensions ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether all dimensions are equal.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Whether a dimension differs.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);
}

using System.Globalization;

namespace Lifecycle.Data;

/// <summary>A file of a DVC repository, or one in its syntax (<c>.lifecycleignore</c>), is not what it should be. Nothing was changed.</summary>
public sealed class DvcFormatException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="line">Line, counted from 1.</param>
    /// <param name="column">Column, counted from 1.</param>
    /// <param name="reason">What is wrong there and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public DvcFormatException(string file, long line, long column, string reason, Exception? innerException = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}:{column}: {reason}."), innerException)
    {
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Line, counted from 1.</summary>
    public long Line { get; }

    /// <summary>Column, counted from 1.</summary>
    public long Column { get; }
}

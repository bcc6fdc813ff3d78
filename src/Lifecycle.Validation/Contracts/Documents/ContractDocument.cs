namespace Lifecycle.Validation;

/// <summary>
/// A contract as a file, <c>lifecycle.contract/1</c>: columns in order, each with its expectations, then the rules of rows. Rules in code stand there by name;
/// a document that has one is read by nobody but people.
/// </summary>
public sealed class ContractDocument
{
    private readonly byte[] _json;

    internal ContractDocument(ColumnContract contract)
    {
        Contract = contract;
        _json = ContractJson.Write(contract.Definition);
        Digest = Digest.Of(_json);
    }

    /// <summary>The contract.</summary>
    public ColumnContract Contract { get; }

    /// <summary>SHA-256 of <see cref="ToJson"/>.</summary>
    public Digest Digest { get; }

    /// <summary>The document: UTF-8, fixed order, no blanks.</summary>
    public byte[] ToJson() => (byte[])_json.Clone();

    /// <summary>Reads a document.</summary>
    /// <param name="json">What <see cref="ToJson"/> wrote, or a file in that form; at most 16 MiB.</param>
    /// <exception cref="FormatException">It is no such JSON, a property or a kind is unknown, or a rule is code; the message gives the path.</exception>
    /// <exception cref="ContractDefinitionException">A rule is wrong; the message lists all problems.</exception>
    public static ContractDocument FromJson(ReadOnlyMemory<byte> json) => new(new ColumnContract(ContractJson.Read(json)));

    /// <summary>Writes the document, indented for people, to a file that is not there yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels; then there is no file.</param>
    /// <exception cref="IOException">The file is there already, the folder is not, or it cannot be written; nothing is changed.</exception>
    public async Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
        {
            throw new IOException($"'{path}' is there already and stays as it is. Read it, change it, or give another name.");
        }

        string draft = AtomicFile.TemporaryName(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            await File.WriteAllBytesAsync(draft, ContractJson.Write(Contract.Definition, isIndented: true), cancellationToken).ConfigureAwait(false);
            File.Move(draft, path, overwrite: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The contract '{Contract.Name}' was not written to '{path}': {error.Message}", error);
        }
        finally
        {
            if (File.Exists(draft))
            {
                File.Delete(draft);
            }
        }
    }

    /// <summary>Reads a file that <see cref="SaveAsync"/> or a person wrote.</summary>
    /// <inheritdoc cref="FromJson"/>
    public static async Task<ContractDocument> LoadAsync(string path, CancellationToken cancellationToken = default)
    {
        byte[] json = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return FromJson(json);
        }
        catch (FormatException error)
        {
            throw new FormatException($"{Path.GetFileName(path)}: {error.Message}", error);
        }
    }
}
